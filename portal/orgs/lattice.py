"""The database's own check of who gives which post: SQL of migrations, told to PostgreSQL once.

The actor is the appointment in the signed token `app.actor`, never what the statement says.
"""

from portal.orgs.signed_tokens import HELD_TODAY, of_this_transaction

GUARD = """
CREATE TABLE portal_grant_right (
    actor_role text NOT NULL,
    role text NOT NULL,
    second boolean NOT NULL,
    span bigint NOT NULL,
    PRIMARY KEY (actor_role, role, second)
);
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON portal_grant_right FROM portal_app, portal_audit;

-- The acting appointment of this transaction: NULL without a valid token, 0 for clockwork.
CREATE FUNCTION app_actor() RETURNS bigint<SIGNED>
        -- 0.0 at the front: a token of an actor, not of a scope
        OR parts[1] <> '0' OR parts[2] <> '0' THEN
        RETURN NULL;
    END IF;
    RETURN parts[4]::bigint;
END
$$;

CREATE FUNCTION app_actor_post() RETURNS orgs_appointment
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
    SELECT a FROM public.orgs_appointment a JOIN public.accounts_user u ON u.id = a.user_id
    WHERE a.id = public.app_actor() AND <HELD>
$$;

CREATE FUNCTION unit_span(code bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT CASE WHEN code % 1000000 = 0 THEN 999999 WHEN code % 1000 = 0 THEN 999 ELSE 0 END $$;

CREATE FUNCTION guard_appointment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
DECLARE
    administrators text[] := ARRAY['system_admin', 'security_admin', 'district_auditor'];
    actor public.orgs_appointment;
BEGIN
    IF TG_OP <> 'DELETE' THEN
        -- one account at a time, so that two inserts at once cannot pass each other
        PERFORM 1 FROM public.accounts_user WHERE id = NEW.user_id FOR NO KEY UPDATE;
        IF EXISTS (
            SELECT 1 FROM public.orgs_appointment o
            WHERE o.user_id = NEW.user_id AND o.id <> NEW.id AND o.role <> NEW.role
            AND (o.role = ANY (administrators) OR NEW.role = ANY (administrators))
            AND daterange(o.starts_on, o.ends_on, '[]')
                && daterange(NEW.starts_on, NEW.ends_on, '[]')
        ) THEN
            RAISE EXCEPTION 'an administrator holds no other post'
                USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF session_user = (SELECT tableowner FROM pg_tables
            WHERE schemaname = 'public' AND tablename = 'orgs_appointment')
        OR public.app_actor() = 0 THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'posts end, they are not deleted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    actor := public.app_actor_post();
    IF actor.id IS NULL THEN
        RAISE EXCEPTION 'nobody acts who may give posts' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.user_id, NEW.unit_id, NEW.role, NEW.starts_on)
            IS DISTINCT FROM (OLD.user_id, OLD.unit_id, OLD.role, OLD.starts_on) THEN
        RAISE EXCEPTION 'of a post only the end changes' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.user_id = actor.user_id THEN
        RAISE EXCEPTION 'nobody changes their own posts' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT (NEW.unit_id - actor.unit_id BETWEEN 0 AND public.unit_span(actor.unit_id)) THEN
        RAISE EXCEPTION 'a unit outside the own ones' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (SELECT 1 FROM public.portal_grant_right r
            WHERE r.actor_role = actor.role AND r.role = NEW.role AND NOT r.second
            AND r.span = public.unit_span(NEW.unit_id)) THEN
        RETURN NEW;
    END IF;
    -- the end of a post that two people gave takes one of them
    IF TG_OP = 'UPDATE' AND NEW.ends_on IS NOT NULL
        AND (OLD.ends_on IS NULL OR NEW.ends_on <= OLD.ends_on)
        AND EXISTS (SELECT 1 FROM public.portal_grant_right r
            WHERE r.actor_role = actor.role AND r.role = NEW.role AND r.second) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' AND EXISTS (
        SELECT 1 FROM public.portal_grant_right r
        JOIN public.orgs_appointmentrequest q ON q.role = r.role
        WHERE r.actor_role = actor.role AND r.role = NEW.role AND r.second
        AND r.span = public.unit_span(NEW.unit_id)
        AND q.user_id = NEW.user_id AND q.unit_id = NEW.unit_id AND q.starts_on = NEW.starts_on
        AND q.state = 'waiting' AND q.asked_by_id <> actor.user_id
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'role % is not given by %', NEW.role, actor.role
        USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON orgs_appointment
    FOR EACH ROW EXECUTE FUNCTION guard_appointment();

-- Who asks and who decides is who acts: a forged request would be a second person made up.
CREATE FUNCTION guard_request() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
DECLARE
    actor public.orgs_appointment;
BEGIN
    IF session_user = (SELECT tableowner FROM pg_tables
            WHERE schemaname = 'public' AND tablename = 'orgs_appointmentrequest')
        OR public.app_actor() = 0 THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'requests are decided, not deleted'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    actor := public.app_actor_post();
    IF actor.id IS NULL
        OR NOT (NEW.unit_id - actor.unit_id BETWEEN 0 AND public.unit_span(actor.unit_id)) THEN
        RAISE EXCEPTION 'nobody acts who may ask' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'INSERT' AND (NEW.asked_by_id <> actor.user_id OR NEW.state <> 'waiting'
            OR NOT EXISTS (SELECT 1 FROM public.portal_grant_right r
                WHERE r.actor_role = actor.role AND r.role = NEW.role AND r.second
                AND r.span = public.unit_span(NEW.unit_id))) THEN
        RAISE EXCEPTION 'asked in another name' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'UPDATE' AND (
        (NEW.user_id, NEW.unit_id, NEW.role, NEW.starts_on, NEW.asked_by_id)
            IS DISTINCT FROM (OLD.user_id, OLD.unit_id, OLD.role, OLD.starts_on, OLD.asked_by_id)
        OR OLD.state <> 'waiting' OR NEW.decided_by_id IS DISTINCT FROM actor.user_id
    ) THEN
        RAISE EXCEPTION 'decided in another name' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON orgs_appointmentrequest
    FOR EACH ROW EXECUTE FUNCTION guard_request();
""".replace("<SIGNED>", of_this_transaction("app.actor")).replace("<HELD>", HELD_TODAY)

UNGUARD = """
DROP TRIGGER guard ON orgs_appointmentrequest; DROP FUNCTION guard_request();
DROP TRIGGER guard ON orgs_appointment; DROP FUNCTION guard_appointment();
DROP FUNCTION unit_span(bigint); DROP FUNCTION app_actor_post(); DROP FUNCTION app_actor();
DROP TABLE portal_grant_right;
"""
