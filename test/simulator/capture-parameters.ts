/** What was asked of a capture, with the defaults filled in. Further members of the request are kept as they came. */
export type CaptureParameters = {
	target: string
	bytesToCapturePerPacket: number
	totalBytesPerSession: number
	timeLimitInSeconds: number
	storageLocation: { storageId?: string; storagePath: string; filePath?: string; localPath?: string }
	filters: Record<string, unknown>[]
	[further: string]: unknown
}

/** The members of a request that the service knows; it drops the others without a word. */
const known = [
	...['target', 'targetType', 'scope', 'bytesToCapturePerPacket', 'totalBytesPerSession', 'timeLimitInSeconds', 'storageLocation'],
	...['filters', 'continuousCapture', 'captureSettings'],
]
const bytesDefault = 1_073_741_824
const bytesMax = 4_294_967_295
const secondsMax = 18_000

/** Reads the body of a PUT; the problem is a sentence. */
export function readCaptureParameters(body: string, now: number): { parameters: CaptureParameters } | { problem: string } {
	const { properties } = readObject(body) ?? {}
	if (!isObject(properties)) return { problem: 'The request has no properties.' }
	const { target, storageLocation, filters = [] } = properties
	const bytesToCapturePerPacket = properties.bytesToCapturePerPacket ?? 0
	const totalBytesPerSession = properties.totalBytesPerSession ?? bytesDefault
	const timeLimitInSeconds = properties.timeLimitInSeconds ?? secondsMax
	if (typeof target !== 'string' || !target) return { problem: 'The property target is required.' }
	if (!isObject(storageLocation)) return { problem: 'The property storageLocation is required.' }
	const { storageId, filePath, localPath } = storageLocation
	if (!storageId && !filePath && !localPath) return { problem: 'storageLocation needs a storageId, a filePath or a localPath.' }
	if (storageId && !accountName(storageId)) return { problem: `${storageId} is not the id of a storage account.` }
	if (!isWithin(bytesToCapturePerPacket, 0, bytesMax)) return { problem: `bytesToCapturePerPacket must be from 0 to ${bytesMax}.` }
	if (!isWithin(totalBytesPerSession, 0, bytesMax)) return { problem: `totalBytesPerSession must be from 0 to ${bytesMax}.` }
	if (!isWithin(timeLimitInSeconds, 1, secondsMax)) return { problem: `timeLimitInSeconds must be from 1 to ${secondsMax}.` }
	if (!Array.isArray(filters) || !filters.every(isObject)) return { problem: 'filters must be a list.' }
	const sizes = { bytesToCapturePerPacket, totalBytesPerSession, timeLimitInSeconds }
	const storagePath = storageLocation.storagePath ?? storagePathFor(storageId, target, now)
	const given = Object.fromEntries(known.filter((name) => name in properties).map((name) => [name, properties[name]]))
	const filled = { ...given, ...sizes, storageLocation: { ...storageLocation, storagePath } as CaptureParameters['storageLocation'] }
	return { parameters: { ...filled, target, filters: filters.map((filter) => ({ protocol: 'Any', ...filter })) } }
}

/** Whether a Linux agent could write the file: only under /var/captures. */
export function canWriteFile({ storageLocation }: CaptureParameters, osType: 'Linux' | 'Windows'): boolean {
	const path = storageLocation.filePath ?? storageLocation.localPath
	return !path || osType === 'Windows' || path.startsWith('/var/captures')
}

/** Where the service puts the file: by the machine and the instant, all in lower case. Empty where there is no storage account. */
function storagePathFor(storageId: unknown, target: string, now: number): string {
	const account = accountName(storageId)
	if (!account) return ''
	const [date, time] = new Date(now).toISOString().slice(0, -1).split('T')
	const file = `packetcapture_${time!.replace(/[:.]/g, '_')}.cap`
	const folder = `network-watcher-logs${target.toLowerCase()}/${date!.replaceAll('-', '/')}`
	return `https://${account}.blob.core.windows.net/${folder}/${file}`
}

function accountName(storageId: unknown): string | undefined {
	const pattern = /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Storage\/storageAccounts\/([a-z0-9]+)$/i
	return pattern.exec(String(storageId))?.[1]?.toLowerCase()
}

function isWithin(value: unknown, least: number, most: number): value is number {
	return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
}

function readObject(text: string): Record<string, unknown> | undefined {
	try {
		const value: unknown = JSON.parse(text)
		return isObject(value) ? value : undefined
	} catch {
		return undefined
	}
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value)
}
