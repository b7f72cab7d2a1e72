import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The version of this program. */
export function programVersion(): string {
	return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version
}

/** Tells programs apart that may read the same runbook differently: what a sandbox loads, and Node's version. */
export function programHash(): string {
	const folders = ['runbooks', 'sandbox', 'schedules', 'streams', 'azure', 'alerts'].map((name) =>
		fileURLToPath(new URL(name, import.meta.url)),
	)
	const files = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
	return hash('sha256', [process.version, ...files.sort().map((file) => readFileSync(file, 'utf8'))].join('\0'))
}
