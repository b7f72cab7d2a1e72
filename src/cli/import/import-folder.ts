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
	const webhooks = webhooksIn(text)
	if (typeof webhooks === 'string') throw new UsageError(`${file} is no list of webhooks: ${webhooks}.`)
	return webhooks.map(({ name }) => name)
}

/** The entries of a file, or what is wrong with it. */
function webhooksIn(text: string): { name: string }[] | string {
	let file: { webhooks?: unknown } | null
	try {
		file = JSON.parse(text.replace(/^\uFEFF/, ''))
	} catch {
		return 'it is not JSON'
	}
	const webhooks = file?.webhooks
	if (!Array.isArray(webhooks)) return 'it has no list "webhooks"'
	const nameless = webhooks.findIndex((entry) => typeof entry?.name !== 'string')
	return nameless === -1 ? webhooks : `webhooks[${nameless}] has no name`
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
		link(part, path, text)
	} finally {
		rmSync(part, { force: true })
	}
}

/** What file systems without hard links answer: FAT, some that come over a network. */
const noLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']

function link(part: string, path: string, text: string): void {
	try {
		linkSync(part, path)
	} catch (error) {
		if (!noLinks.includes((error as NodeJS.ErrnoException).code ?? '')) throw error
		writeFileSync(path, text, { flag: 'wx', flush: true })
	}
}
