COMMENT ON COLUMN uploads.uploaded_by IS 'user:<id> or meter:<id>.';
DROP FUNCTION api_key_of_token;
DROP TABLE api_keys;
