"""Counts of jobs for whoever runs the system but may see no record."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION job_counts() RETURNS TABLE (kind varchar, state varchar, jobs bigint, oldest interval)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
    SELECT j.kind, j.state, count(*), now() - min(j.created_at)
    FROM public.jobs_job j GROUP BY j.kind, j.state
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("jobs", "0002_walls")]
    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION job_counts()")]
