import type { Kysely, Selectable } from 'kysely'
import type { KeptContent, RunbookContentStore } from '../runbooks/runbook-content-store.ts'
import type { Tables } from './tables.ts'

export function openRunbookContentStore(queries: Kysely<Tables>): RunbookContentStore {
	const contents = () => queries.selectFrom('runbook_contents').selectAll()
	return {
		async latest(runbookName) {
			const row = await contents().where('runbook_name', '=', runbookName).where('superseded_time', 'is', null).executeTakeFirst()
			return row && contentOfRow(row)
		},
		async get(contentHash) {
			const row = await contents().where('content_hash', '=', contentHash).executeTakeFirst()
			return row && contentOfRow(row)
		},
		async keep(content, at) {
			const insert = queries.insertInto('runbook_contents').values({ ...rowOf(content, at), superseded_time: at })
			// Kept anew for as long as its jobs: it may be about to be deleted.
			await insert.onConflict((conflict) => conflict.column('content_hash').doUpdateSet({ superseded_time: at })).execute()
		},
		async put(content, at) {
			const { contentHash, runbookName } = content
			const row = rowOf(content, at)
			const { content_hash: _, creation_time: __, ...renewed } = row
			const superseded = queries.updateTable('runbook_contents').set({ superseded_time: at }).where('runbook_name', '=', runbookName)
			await superseded.where('superseded_time', 'is', null).where('content_hash', '!=', contentHash).execute()
			const insert = queries.insertInto('runbook_contents').values(row)
			await insert.onConflict((conflict) => conflict.column('content_hash').doUpdateSet(renewed)).execute()
		},
	}
}

function rowOf({ contentHash, runbookName, definition, files, madeWith }: KeptContent, at: number) {
	return {
		content_hash: contentHash,
		runbook_name: runbookName,
		made_with: madeWith,
		definition: JSON.stringify(definition),
		files: JSON.stringify(files),
		is_whole: Number(files.every(({ source }) => source !== null)),
		creation_time: at,
		superseded_time: null,
	}
}

function contentOfRow(row: Selectable<Tables['runbook_contents']>): KeptContent {
	return {
		contentHash: row.content_hash,
		runbookName: row.runbook_name,
		definition: JSON.parse(row.definition),
		files: JSON.parse(row.files),
		madeWith: row.made_with,
	}
}
