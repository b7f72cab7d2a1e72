import { hash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { z } from 'zod'
import { type Clock, repeatedly } from './clock.ts'
import { healthPathPattern, healthPathRule, keyPattern, keyRule } from './config-variables.ts'
import { issueText, StartError } from './errors.ts'
import { fileStamp } from './file-stamp.ts'
import {
	DISK_FREE_MB_MIN,
	HEALTH_KEYS_MAX,
	HEALTH_MODES_MAX,
	QUEUE_AGE_SECONDS_MAX,
	SETTINGS_FILE_BYTES_MAX,
	SETTINGS_FILE_CHECK_INTERVAL,
} from './limits.ts'
import type { Log } from './log.ts'

/** The parts whose health is known. */
export const healthParts = ['store', 'queue', 'sandbox', 'disk', 'clock', 'schedules', 'azure', 'webhooks', 'runbooks', 'runners'] as const
export type HealthPart = (typeof healthParts)[number]

/** What an installation cannot do without, and the rest. */
const defaultModes: Record<string, readonly HealthPart[]> = {
	core: ['store', 'queue', 'sandbox', 'disk', 'clock', 'schedules'],
	secondary: ['azure', 'webhooks', 'runbooks', 'runners'],
}

/** What may change without a restart. */
export type LiveSettings = {
	health: {
		/** Before the modes, without a trailing slash. */
		path: string
		/** SHA-256 of each key that is valid, in hex. */
		keyHashes: readonly string[]
		/** What a monitor is answered that wants to see an error. */
		configuredStatus: number
		/** The parts that each mode tells of. */
		modes: Readonly<Record<string, readonly HealthPart[]>>
		queueAgeSecondsMax: number
		diskFreeMbMin: number
	}
	metrics: { isPublic: boolean }
}

/** What stands where the file says nothing. */
export type SettingDefaults = { healthPath: string; healthKey: string | undefined }

const key = z.string().regex(keyPattern, `must have ${keyRule}`)
const wholeNumber = (most: number) => z.int().min(0).max(most)
/** Words below the path that mean something else. */
const notModes = ['live', 'ready', 'configured-status', 'random']
const modeName = z
	.string()
	.regex(/^[a-z][a-z0-9-]{0,63}$/, 'must be lower-case letters, digits and hyphens')
	.refine((name) => !notModes.includes(name), `must be none of ${notModes.join(', ')}`)

const fileSchema = z.strictObject({
	health: z
		.strictObject({
			path: z.string().regex(healthPathPattern, `must be ${healthPathRule}`).optional(),
			key: z
				.union([key, z.array(key).max(HEALTH_KEYS_MAX)], `must be one key of ${keyRule}, or a list of at most ${HEALTH_KEYS_MAX}`)
				.optional(),
			// Anything else is no fault: what is tried out is the monitor, and then it sees that all is well.
			configuredStatus: z.int().min(200).max(599).catch(200).optional(),
			modes: z
				.record(modeName, z.array(z.enum(healthParts)).min(1))
				.refine((modes) => Object.keys(modes).length <= HEALTH_MODES_MAX, `must be at most ${HEALTH_MODES_MAX}`)
				.optional(),
			queueAgeSecondsMax: wholeNumber(30 * 86_400).optional(),
			diskFreeMbMin: wholeNumber(2 ** 40).optional(),
		})
		.optional(),
	metrics: z.strictObject({ isPublic: z.boolean().optional() }).optional(),
})

/** The settings of a file's text, or what is wrong with it. No value is quoted: a key may stand there. */
export function readSettings(text: string, defaults: SettingDefaults): { settings: LiveSettings } | { fault: string } {
	let json: unknown
	try {
		json = JSON.parse(text)
	} catch {
		return { fault: 'It is not JSON.' }
	}
	const read = fileSchema.safeParse(json)
	if (!read.success) {
		const faults = read.error.issues.map((issue) => `${issue.path.join('.') || 'It'}: ${faultText(issue)}.`)
		return { fault: faults.slice(0, 5).join(' ') }
	}
	const { health = {}, metrics = {} } = read.data
	const keys = health.key ?? defaults.healthKey ?? []
	return {
		settings: {
			health: {
				path: health.path ?? defaults.healthPath,
				keyHashes: [keys].flat().map((each) => hash('sha256', each)),
				configuredStatus: health.configuredStatus ?? 200,
				modes: { ...defaultModes, ...health.modes },
				queueAgeSecondsMax: health.queueAgeSecondsMax ?? QUEUE_AGE_SECONDS_MAX,
				diskFreeMbMin: health.diskFreeMbMin ?? DISK_FREE_MB_MIN,
			},
			metrics: { isPublic: metrics.isPublic ?? false },
		},
	}
}

/** A name that cannot be has its reason one level down. */
function faultText(issue: z.core.$ZodIssue): string {
	if (issue.code === 'unrecognized_keys') {
		const { health, metrics } = fileSchema.shape
		const shape =
			issue.path[0] === 'health' ? health.unwrap().shape : issue.path[0] === 'metrics' ? metrics.unwrap().shape : fileSchema.shape
		return `has no member ${issue.keys.map((name) => `'${name}'`).join(', ')}; allowed are ${Object.keys(shape).join(', ')}`
	}
	return issueText(issue.code === 'invalid_key' ? (issue.issues[0] ?? issue) : issue)
}

type Parts = { file: string; defaults: SettingDefaults; clock: Clock; log: Log }

/** Reads the settings file, now and at every change; a later fault is logged, and the last good file stays in force. Throws a StartError. */
export async function watchSettingsFile({ file, defaults, clock, log }: Parts): Promise<AsyncDisposable & { current(): LiveSettings }> {
	let stamp = await fileStamp(file)
	const first = readFile(file, defaults)
	if ('fault' in first) throw new StartError(`${file} has a fault. ${first.fault}`)
	let { settings } = first
	const warnIfOpen = () => {
		if (hasOwnKey(settings, defaults) && isReadableByAll(file))
			log.warn('Every user of this machine can read settings.json and the key in it: take it from them (chmod 600)', { file })
	}
	warnIfOpen()
	const look = async (): Promise<void> => {
		const found = await fileStamp(file)
		if (found === stamp) return
		// Taken before the file is read, so that a change while it is read is seen at the next look.
		stamp = found
		const read = readFile(file, defaults)
		if ('fault' in read) {
			log.error('settings.json cannot be applied; the last good one stays in force', { reason: read.fault })
			return
		}
		settings = read.settings
		log.info('settings.json was applied')
		warnIfOpen()
	}
	const watching = repeatedly(look, { clock, interval: SETTINGS_FILE_CHECK_INTERVAL })
	return { current: () => settings, [Symbol.asyncDispose]: () => watching[Symbol.asyncDispose]() }
}

/** Whether a key stands in the file rather than in the environment. */
function hasOwnKey({ health }: LiveSettings, { healthKey }: SettingDefaults): boolean {
	const elsewhere = healthKey === undefined ? undefined : hash('sha256', healthKey)
	return health.keyHashes.some((each) => each !== elsewhere)
}

function isReadableByAll(file: string): boolean {
	return ((statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & 0o004) !== 0
}

/** A file that is not there says nothing. */
function readFile(file: string, defaults: SettingDefaults): { settings: LiveSettings } | { fault: string } {
	try {
		const text = readFileSync(file, 'utf8')
		if (text.length > SETTINGS_FILE_BYTES_MAX) return { fault: `It is larger than ${SETTINGS_FILE_BYTES_MAX} bytes.` }
		return readSettings(text, defaults)
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return readSettings('{}', defaults)
		return { fault: `It cannot be read: ${(error as Error).message}.` }
	}
}
