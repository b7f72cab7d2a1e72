import { randomUUID } from 'node:crypto'
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { WEBHOOKS_FILE_BYTES_MAX } from '../limits.ts'
import { UsageError } from '../usage-error.ts'
import { type FolderContent, importedWebhooksFile, runbooksFolder, webhooksFile } from './import-plan.ts'

/** Which runbooks and webhooks a folder has. Throws a UsageError when it is there and cannot be read. */
export function readFolder(folder: string): FolderContent {
	return {
		runbooks: runbookNames(join(folder, runbooksFolder)),
		webhooks: webhookNames(join(folder, webhooksFile)),
		importedWebhooks: webhookNames(join(folder, importedWebhooksFile)),
	}
}

function runbookNames(folder: string): string[] {
	const names = unlessMissing(folder, () => readdirSync(folder)) ?? []
	return names.filter((name) => name.endsWith('.ts')).map((name) => name.slice(0, -'.ts'.length))
}

function webhookNames(file: string): string[] | undefined {
	const text = unlessMissing(file, () => {
		if (statSync(file).size > WEBHOOKS_FILE_BYTES_MAX) throw new Error(`it is larger than ${WEBHOOKS_FILE_BYTES_MAX} bytes`)
		return readFileSync(file, 'utf8')
	})
	if (text === undefined) return undefined
	try {
		const { webhooks } = JSON.parse(text.replace(/^\uFEFF/, '')) as { webhooks: { name: string }[] }
		return webhooks.map(({ name }) => String(name))
	} catch (error) {
		throw new UsageError(`${file} is no list of webhooks: ${(error as Error).message}.`)
	}
}

function unlessMissing<Result>(path: string, read: () => Result): Result | undefined {
	try {
		return read()
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException
		if (code === 'ENOENT') return undefined
		throw new UsageError(`${path} cannot be read: ${message}.`)
	}
}

/** Writes a file that is not there, whole or not at all. Throws when it is there or cannot be written. */
export function writeNewFile(path: string, text: string): void {
	const folder = dirname(path)
	mkdirSync(folder, { recursive: true })
	const part = join(folder, `.import-${randomUUID()}.part`)
	try {
		writeFileSync(part, text, { flag: 'wx', flush: true })
		// Unlike a renaming, it does not take the place of a file that came meanwhile.
		linkSync(part, path)
	} finally {
		rmSync(part, { force: true })
	}
}
