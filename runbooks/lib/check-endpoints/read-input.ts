// Where the endpoints to check come from: the runbook's parameters, the body of a webhook call, or a file beside the runbooks.
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ReceivedWebhookData } from 'runhook'
import { type Checks, readChecks } from './endpoint.ts'
import { usedAssets } from './endpoint-secrets.ts'

/** As large as the body of a webhook call may be. */
const FILE_BYTES_MAX = 512 * 1024
const DEFAULT_FILE = 'check-endpoints.json'

export type Input = {
	endpoints?: unknown[] | undefined
	file?: string | undefined
	locations?: string[] | undefined
	repeat?: number | undefined
	WebhookData?: ReceivedWebhookData | null | undefined
}

/**
 * Finds and checks what is to be checked. Parameters come first, so that whoever calls a webhook that fixes them cannot name other endpoints;
 * then the body; then the default file. Throws an Error that names the place of every fault.
 */
export async function readInput(input: Input, folder: string): Promise<Checks> {
	const { value, place, isFromCaller } = await findInput(input, folder)
	const { locations, repeat } = input
	const given = Array.isArray(value) ? { endpoints: value } : value
	const isObject = typeof given === 'object' && given !== null
	const checks = readChecks(
		isObject ? { ...given, ...(locations && { locations }), ...(repeat !== undefined && { repeat }) } : given,
		place,
	)
	const [asset] = isFromCaller ? checks.endpoints.flatMap(usedAssets) : []
	// Else whoever knows the URL of the webhook could have a secret sent to a server of his own.
	if (asset) throw new Error(`${place} may not name a ${asset.kind}: only the runbook's parameters and files may.`)
	return checks
}

async function findInput(
	{ endpoints, file, WebhookData }: Input,
	folder: string,
): Promise<{ value: unknown; place: string; isFromCaller?: true }> {
	if (endpoints && file) throw new Error("The parameters 'endpoints' and 'file' exclude each other: give one of them.")
	if (endpoints) return { value: { endpoints }, place: "The parameter 'endpoints'" }
	if (file === undefined && WebhookData && WebhookData.RequestBody.trim() !== '')
		return { value: WebhookData.json(), place: 'WebhookData.RequestBody', isFromCaller: true }
	return { value: await readJsonFile(folder, file ?? DEFAULT_FILE), place: `The file ${file ?? DEFAULT_FILE}` }
}

async function readJsonFile(folder: string, file: string): Promise<unknown> {
	if (!/^\w[\w ./-]*\.json$/.test(file) || file.split('/').includes('..'))
		throw new Error("The parameter 'file' must be the name of a .json file within the runbooks folder.")
	const text = await readBounded(join(folder, file), file)
	try {
		return JSON.parse(text.replace(/^\uFEFF/, ''))
	} catch (error) {
		// What the parser says quotes the text, and secrets may stand there.
		const place = /position \d+( \(line \d+ column \d+\))?/.exec((error as Error).message)?.[0]
		throw new Error(`The file ${file} is not JSON${place ? `, at ${place}` : ''}.`)
	}
}

async function readBounded(path: string, file: string): Promise<string> {
	try {
		const { size } = await stat(path)
		if (size <= FILE_BYTES_MAX) return await readFile(path, 'utf8')
	} catch (error) {
		throw new Error(`No endpoints were given, and the file ${file} cannot be read: ${(error as NodeJS.ErrnoException).code}.`)
	}
	throw new Error(`The file ${file} is too large: at most ${FILE_BYTES_MAX} bytes.`)
}
