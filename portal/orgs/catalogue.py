"""What the live database must look like for the second wall to stand (D-4, security 2.4)."""

from typing import Any

from django.db import connection

SCOPE_COLUMNS = ("committee_id", "scope_code", "resident_id", "dwelling_id", "household_id")
# Not about people: posts and units are read to find out what the scope is.
UNSCOPED = {"orgs_appointment"}

PROTECTED_TABLES = """
SELECT DISTINCT c.relname, c.relrowsecurity, c.relforcerowsecurity,
    c.relispartition OR EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p') AND a.attname = ANY (%s)
"""
ROLE = "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
OWNED = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user"
LOOSE_FUNCTIONS = """
SELECT proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = 'public' AND p.prosecdef
AND NOT coalesce(array_to_string(p.proconfig, ',') LIKE '%%search_path=%%', false)
"""
LOOSE_VIEWS = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('v', 'm')
AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)
"""
TOO_MUCH = """
SELECT table_name, privilege_type FROM information_schema.role_table_grants
WHERE grantee = current_user AND table_schema = 'public'
AND privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER')
"""
# A partition is reached through its parent, whose policy then holds; by itself it is closed.
OPEN_PARTITIONS = """
SELECT DISTINCT c.relname FROM pg_class c
CROSS JOIN (VALUES ('portal_app'), ('portal_audit')) AS r (role)
WHERE c.relispartition AND c.relkind = 'r'
AND has_any_column_privilege(r.role, c.oid, 'SELECT, INSERT, UPDATE')
"""
AUDIT_RIGHTS = """
SELECT has_table_privilege(current_user, 'audit_auditevent', 'UPDATE'),
    has_table_privilege(current_user, 'audit_auditevent', 'DELETE'),
    has_column_privilege(current_user, 'audit_auditevent', 'changes', 'SELECT'),
    has_column_privilege(current_user, 'residents_secret', 'cipher', 'SELECT')
"""


def faults() -> list[str]:
    """Everything that weakens the wall, as sentences; empty when it stands."""
    return [*_tables(), *_role(), *_objects(), *_rights()]


def _rows(query: str, params: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, params or [])
        return list(cursor.fetchall())


def _tables() -> list[str]:
    found = []
    for name, enabled, forced, policy in _rows(PROTECTED_TABLES, [list(SCOPE_COLUMNS)]):
        if name not in UNSCOPED and not (enabled and forced and policy):
            found.append(f"表 {name} 没有强制的行级安全策略")
    return found


def _role() -> list[str]:
    name, superuser, bypass = _rows(ROLE)[0]
    found = [f"应用角色 {name} 可绕过行级安全"] if superuser or bypass else []
    owned = [str(row[0]) for row in _rows(OWNED)]
    return found + ([f"应用角色 {name} 拥有表 {'、'.join(owned)}"] if owned else [])


def _objects() -> list[str]:
    functions = [
        f"函数 {row[0]} 以属主身份运行却没有固定 search_path" for row in _rows(LOOSE_FUNCTIONS)
    ]
    return functions + [f"视图 {row[0]} 不以查询者身份运行" for row in _rows(LOOSE_VIEWS)]


def _rights() -> list[str]:
    found = [f"应用角色对 {table} 有 {right} 权限" for table, right in _rows(TOO_MUCH)]
    found += [f"分区 {row[0]} 可以绕过总表直接读写" for row in _rows(OPEN_PARTITIONS)]
    rights = _rows(AUDIT_RIGHTS)[0]
    names = ("修改访问留痕", "删除访问留痕", "读取访问留痕", "读取密文")
    return found + [f"应用角色可以{name}" for name, held in zip(names, rights, strict=True) if held]
