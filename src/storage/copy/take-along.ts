import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readKeyFile, writeKeyFile } from '../../assets/key-file.ts'
import { secretKeyOf } from '../../assets/sealed-value.ts'

/** Where the keys are that secrets of a copied store are sealed with, and where they should be. Folders: those of SQLite stores. */
type Facts = {
	needed: readonly string[]
	/** RUNHOOK_SECRET_KEY of this environment. */
	configured: readonly Uint8Array[]
	fromFolder: string | undefined
	toFolder: string | undefined
}

export const filesBeside =
	'runbooks/, webhooks.json, settings.json and the settings (.env) are not in the store: take them along as they are.'

/**
 * Puts the key file into the new data folder where there is none and the old one has it. Resolves with sentences on what is left to be done, so
 * that secrets can be opened. Throws a StartError when a key file cannot be read.
 */
export function takeKeysAlong({ needed, configured, fromFolder, toFolder }: Facts): string[] {
	if (needed.length === 0) return []
	const missingIn = (keys: readonly Uint8Array[]) => needed.filter((keyId) => !keys.some((bytes) => secretKeyOf(bytes).keyId === keyId))
	const keysIn = (folder: string | undefined) => (folder === undefined ? [] : (readKeyFile(keyFileOf(folder)) ?? []))
	if (missingIn(configured).length === 0) return ['Secrets in it are sealed with RUNHOOK_SECRET_KEY: its runners need the same.']
	if (toFolder !== undefined && missingIn([...configured, ...keysIn(toFolder)]).length === 0) return []
	const found = keysIn(fromFolder)
	const missing = missingIn([...configured, ...found])
	if (fromFolder === undefined || missing.length > 0)
		return [
			`Secrets in it are sealed with the key ${missing.join(', ')}: take secret.key along from the data folder of a runner that used it, or RUNHOOK_SECRET_KEY.`,
		]
	if (toFolder === undefined || existsSync(keyFileOf(toFolder)))
		return [
			`Secrets in it are sealed with the key in ${keyFileOf(fromFolder)}: a runner on the same data folder finds it; each other one needs the file in its own, or the key as RUNHOOK_SECRET_KEY.`,
		]
	writeKeyFile(keyFileOf(toFolder), found)
	return [`The key that secrets in it are sealed with was taken along: ${keyFileOf(toFolder)}.`]
}

/** What a backup of the store alone lacks. */
export function besideBackup(dataDir: string, configured: readonly Uint8Array[]): string[] {
	const key = configured.length > 0 ? 'RUNHOOK_SECRET_KEY' : existsSync(keyFileOf(dataDir)) ? keyFileOf(dataDir) : undefined
	return key === undefined ? [] : [`Secrets in it are sealed: without ${key}, kept apart from it, they cannot be opened.`]
}

const keyFileOf = (dataDir: string) => join(dataDir, 'secret.key')
