/** The schema of a database as text in a stable order, for review and for seeing drift. */
import type { Client } from 'pg'

interface Section {
  title: string
  /** Yields one column `line`, ordered. */
  query: string
}

const ours = "n.nspname = 'public' AND c.relkind IN ('r', 'p')"

const sections: Section[] = [
  {
    title: 'Roles',
    query: `
      SELECT format('ROLE %s %s %s %s', rolname,
        CASE WHEN rolcanlogin THEN 'LOGIN' ELSE 'NOLOGIN' END,
        CASE WHEN rolbypassrls THEN 'BYPASSRLS' ELSE 'NOBYPASSRLS' END,
        CASE WHEN rolsuper THEN 'SUPERUSER' ELSE 'NOSUPERUSER' END) AS line
      FROM pg_roles WHERE rolname IN ('owner', 'app', 'fleet', 'verify') ORDER BY rolname`,
  },
  {
    title: 'Tables',
    query: `
      SELECT format('TABLE %s OWNER %s%s', c.relname, pg_get_userbyid(c.relowner),
        CASE WHEN c.relforcerowsecurity THEN ' FORCE ROW LEVEL SECURITY'
          WHEN c.relrowsecurity THEN ' ROW LEVEL SECURITY' ELSE '' END) AS line
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${ours} ORDER BY c.relname`,
  },
  {
    title: 'Columns',
    query: `
      SELECT format('COLUMN %s.%s %s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
        CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END,
        coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '')) AS line
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
      WHERE ${ours} ORDER BY c.relname, a.attnum`,
  },
  {
    // contype n: newer servers list NOT NULL as constraints, older ones with the column only
    title: 'Constraints',
    query: `
      SELECT format('CONSTRAINT %s ON %s %s', k.conname, c.relname, pg_get_constraintdef(k.oid)) AS line
      FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE ${ours} AND k.contype <> 'n' ORDER BY c.relname, k.conname`,
  },
  {
    title: 'Indexes',
    query: `
      SELECT indexdef AS line FROM pg_indexes WHERE schemaname = 'public'
      ORDER BY tablename, indexname`,
  },
  {
    title: 'Policies',
    query: `
      SELECT format('POLICY %s ON %s %s FOR %s TO %s USING %s WITH CHECK %s', policyname, tablename,
        permissive, cmd, array_to_string(roles, ', '), qual, with_check) AS line
      FROM pg_policies WHERE schemaname = 'public' ORDER BY tablename, policyname`,
  },
  {
    title: 'Functions',
    query: `
      SELECT format('FUNCTION %s(%s) OWNER %s%s EXECUTE %s', p.proname,
        pg_get_function_identity_arguments(p.oid), pg_get_userbyid(p.proowner),
        CASE WHEN p.prosecdef THEN ' SECURITY DEFINER' ELSE '' END, p.proacl::text) AS line
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE n.nspname = 'public' AND p.prokind = 'f'
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
      ORDER BY p.proname`,
  },
  {
    // MAINTAIN exists on newer servers only
    title: 'Grants',
    query: `
      SELECT format('GRANT %s ON %s TO %s', string_agg(privilege_type, ', ' ORDER BY privilege_type),
        table_name, grantee) AS line
      FROM information_schema.role_table_grants
      WHERE table_schema = 'public' AND grantee IN ('app', 'fleet', 'verify')
        AND privilege_type <> 'MAINTAIN'
      GROUP BY table_name, grantee ORDER BY table_name, grantee`,
  },
  {
    title: 'Grants of columns',
    query: `
      SELECT format('GRANT %s (%s) ON %s TO %s', p.privilege_type,
        string_agg(p.column_name, ', ' ORDER BY p.column_name), p.table_name, p.grantee) AS line
      FROM information_schema.role_column_grants p
      WHERE p.table_schema = 'public' AND p.grantee IN ('app', 'fleet', 'verify')
        AND NOT EXISTS (
          SELECT FROM information_schema.role_table_grants t
          WHERE t.table_schema = 'public' AND t.table_name = p.table_name
            AND t.grantee = p.grantee AND t.privilege_type = p.privilege_type
        )
      GROUP BY p.privilege_type, p.table_name, p.grantee
      ORDER BY p.table_name, p.grantee, p.privilege_type`,
  },
]

/** Describes tables, columns, constraints, indexes, policies, grants and our roles; equal for equal schemas. */
export const describeSchema = async (client: Client): Promise<string> => {
  const parts = [
    '-- Written by `npm run db:dump` from the migrations; for reading, not for running.',
  ]
  for (const { title, query } of sections) {
    const { rows } = await client.query<{ line: string }>(query)
    parts.push(`-- ${title}`, ...rows.map(({ line }) => `${line};`))
  }
  return `${parts.join('\n')}\n`
}
