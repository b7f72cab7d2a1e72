import type { Kysely } from 'kysely'
import type { Tables } from './tables.ts'

/** Facts of the installation that were decided once, such as the hash of the generated management token. */
export type SettingStore = {
	get(name: string): Promise<string | undefined>
	/** Sets it if it is not set yet; resolves with what is set afterwards. */
	setOnce(name: string, value: string): Promise<string>
}

export function openSettingStore(queries: Kysely<Tables>): SettingStore {
	const get = async (name: string) =>
		(await queries.selectFrom('settings').select('value').where('name', '=', name).executeTakeFirst())?.value
	return {
		get,
		async setOnce(name, value) {
			const insert = queries.insertInto('settings').values({ name, value })
			await insert.onConflict((conflict) => conflict.doNothing()).execute()
			return (await get(name))!
		},
	}
}
