DROP TABLE sign_in_flows;
DROP FUNCTION user_of_sign_in;
DROP TABLE external_identities;
