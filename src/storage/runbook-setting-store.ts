import type { Kysely } from 'kysely'
import type { RunbookSettingStore } from '../runbooks/runbook-setting-store.ts'
import type { Tables } from './tables.ts'

export function openRunbookSettingStore(queries: Kysely<Tables>): RunbookSettingStore {
	return {
		async get(runbookName) {
			const row = await queries
				.selectFrom('runbook_settings')
				.selectAll()
				.where('runbook_key', '=', runbookName.toLowerCase())
				.executeTakeFirst()
			return (
				row && {
					description: row.description,
					logVerbose: row.log_verbose === null ? null : row.log_verbose === 1,
					logProgress: row.log_progress === null ? null : row.log_progress === 1,
					logActivityTrace: row.log_activity_trace,
					tags: JSON.parse(row.tags),
				}
			)
		},
		async put(runbookName, { description, logVerbose, logProgress, logActivityTrace, tags }) {
			const values = {
				description,
				log_verbose: logVerbose === null ? null : Number(logVerbose),
				log_progress: logProgress === null ? null : Number(logProgress),
				log_activity_trace: logActivityTrace,
				tags: JSON.stringify(tags),
			}
			const insert = queries.insertInto('runbook_settings').values({ runbook_key: runbookName.toLowerCase(), ...values })
			await insert.onConflict((conflict) => conflict.column('runbook_key').doUpdateSet(values)).execute()
		},
		async delete(runbookName) {
			await queries.deleteFrom('runbook_settings').where('runbook_key', '=', runbookName.toLowerCase()).execute()
		},
	}
}
