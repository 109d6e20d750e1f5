CREATE FUNCTION organizations_with_whole_uploads() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT organization_id FROM resumable_uploads WHERE received_at IS NOT NULL AND upload_id IS NULL ORDER BY organization_id
$$;
COMMENT ON FUNCTION organizations_with_whole_uploads IS 'Those with files every byte of which is here and which are no uploads yet, as after a crash: the sweep sets each as its tenant in turn.';
REVOKE ALL ON FUNCTION organizations_with_whole_uploads FROM public;
GRANT EXECUTE ON FUNCTION organizations_with_whole_uploads TO usage_service;
