/** Intervals per provider, in seconds. */
import type { CommonQueryMethods } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'

const settingRow = z.object({
  provider: z.string(),
  syncIntervalSeconds: z.int(),
  syncIntervalMinSeconds: z.int(),
})

export type ProviderSetting = z.infer<typeof settingRow>

/** Sets the default and the shortest interval of a provider's connections. */
export const store = async (
  pool: CommonQueryMethods,
  { provider, syncIntervalSeconds, syncIntervalMinSeconds }: ProviderSetting,
): Promise<void> => {
  await pool.query(sql.unsafe`
    INSERT INTO provider_setting (provider, sync_interval_s, sync_interval_min_s)
    VALUES (${provider}, ${syncIntervalSeconds}, ${syncIntervalMinSeconds})
    ON CONFLICT (provider) DO UPDATE
    SET sync_interval_s = EXCLUDED.sync_interval_s,
      sync_interval_min_s = EXCLUDED.sync_interval_min_s`)
}

/** The settings of a provider; null where the defaults apply (12 hours, not under one). */
export const maybeOne = (
  pool: CommonQueryMethods,
  provider: string,
): Promise<ProviderSetting | null> =>
  pool.maybeOne(sql.type(settingRow)`
    SELECT provider, sync_interval_s AS "syncIntervalSeconds",
      sync_interval_min_s AS "syncIntervalMinSeconds"
    FROM provider_setting WHERE provider = ${provider}`)
