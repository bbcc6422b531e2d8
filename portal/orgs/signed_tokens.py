"""How PostgreSQL reads a signed token: SQL that the functions of scope and of actor share.

Both are made by migrations (0003, 0005) that ran already: a change here reaches no database that
stands. It takes a migration that replaces the functions.
"""


def of_this_transaction(setting: str) -> str:
    """The head of a function that returns NULL unless the setting's token counts now and here.

    Leaves `parts`: low, span, expiry, appointment, process, beginning, signature. The caller goes
    on from the last condition, whose `IF` stands open.
    """
    return READING.replace("THE_SETTING", setting)


READING = """
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
DECLARE
    token text := nullif(current_setting('THE_SETTING', true), '');
    parts text[];
    held public.portal_scope_key;
BEGIN
    IF token IS NULL OR NOT (token ~ '^([0-9]{1,18}[.]){6}[0-9a-f]{64}$') THEN RETURN NULL; END IF;
    parts := string_to_array(token, '.');
    SELECT * INTO held FROM public.portal_scope_key;
    IF encode(sha256(held.outer_pad || sha256(
        held.inner_pad || convert_to(array_to_string(parts[1:6], '.'), 'UTF8')
    )), 'hex') <> parts[7] THEN
        RETURN NULL;
    END IF;
    IF parts[3]::bigint < extract(epoch FROM now())
        OR parts[5]::bigint <> pg_backend_pid()
        OR parts[6]::bigint <> (extract(epoch FROM now()) * 1000000)::bigint"""
#: An active account's post (`a` of `u`) on this day in Shanghai.
HELD_TODAY = """u.is_active
    AND a.starts_on <= (now() AT TIME ZONE 'Asia/Shanghai')::date
    AND (a.ends_on IS NULL OR a.ends_on >= (now() AT TIME ZONE 'Asia/Shanghai')::date)"""
