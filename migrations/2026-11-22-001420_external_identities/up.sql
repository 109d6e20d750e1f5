CREATE TABLE external_identities (
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    issuer text NOT NULL,
    subject text NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),
    linked_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, user_id, issuer),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id)
);
CREATE UNIQUE INDEX external_identities_subject ON external_identities (issuer, subject);
COMMENT ON TABLE external_identities IS 'Who a user is at an OpenID Connect provider. One subject each: e-mail addresses are given to the next person, subjects are not.';
COMMENT ON COLUMN external_identities.subject IS 'The provider''s own id of the person (claim sub).';
SELECT protect_tenant_table('external_identities');
GRANT SELECT, INSERT ON external_identities TO usage_service;

CREATE POLICY machinery ON external_identities FOR SELECT TO CURRENT_USER USING (true);
CREATE FUNCTION user_of_sign_in(wanted_issuer text, wanted_subject text, wanted_email text)
RETURNS TABLE (organization_id uuid, user_id uuid, linked boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT e.organization_id, e.user_id, true
      FROM external_identities e WHERE e.issuer = wanted_issuer AND e.subject = wanted_subject
    UNION ALL
    SELECT u.organization_id, u.id, false FROM users u WHERE u.email = wanted_email
    ORDER BY 3 DESC
    LIMIT 1
$$;
COMMENT ON FUNCTION user_of_sign_in IS 'Whose sign-in it is: the user linked to the subject or else the one with the e-mail address. The tenant is known only by it.';
REVOKE ALL ON FUNCTION user_of_sign_in FROM public;
GRANT EXECUTE ON FUNCTION user_of_sign_in TO usage_service;

CREATE TABLE sign_in_flows (
    flow_sha256 bytea PRIMARY KEY,
    state_sha256 bytea NOT NULL,
    nonce_sha256 bytea NOT NULL,
    verifier text NOT NULL,
    redirect_uri text NOT NULL,
    address text NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX sign_in_flows_age ON sign_in_flows (expires_at);
CREATE INDEX sign_in_flows_address ON sign_in_flows (address, expires_at);
COMMENT ON TABLE sign_in_flows IS 'Sign-ins that were started and have not come back from the provider: nobody''s yet, so no row-level security. Each is taken out once.';
COMMENT ON COLUMN sign_in_flows.flow_sha256 IS 'Of the secret that who started it keeps: nobody else can end it.';
COMMENT ON COLUMN sign_in_flows.nonce_sha256 IS 'Of what the provider''s ID token has to repeat.';
COMMENT ON COLUMN sign_in_flows.verifier IS 'What the code is exchanged with (PKCE, RFC 7636): useless without the code.';
COMMENT ON COLUMN sign_in_flows.address IS 'Of who started it: the address or /64, of whose flows the oldest make room for new ones.';
COMMENT ON COLUMN sign_in_flows.expires_at IS 'By the machine''s clock.';
GRANT SELECT, INSERT, DELETE ON sign_in_flows TO usage_service;
