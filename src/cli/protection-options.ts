import { type Command, Option } from 'commander'
import { readDuration } from './time-argument.ts'
import { UsageError } from './usage-error.ts'
import { readWaiting, type WaitingOptions, withWaiting } from './waiting-options.ts'

export type ProtectionOptions = WaitingOptions & {
	signature?: string
	secretVariable?: string[]
	secretCredential?: string[]
	signatureHeader?: string
	timestampHeader?: string
	entraTenant?: string
	entraAudience?: string
	entraClient?: string[]
	allowAddress?: string[]
	rate?: string
	bodyMax?: string
	mode?: string
	bodyIdentifiesDelivery?: boolean
}

/** What can be taken away, by the names of the API. */
export const removableMembers = [
	...(['signature', 'entraId', 'allowedAddresses', 'rateLimit', 'bodyBytesMax', 'bodyIdentifiesDelivery'] as const),
	...(['priority', 'concurrencyKey', 'concurrency', 'overflow'] as const),
]

/** What the API takes of a webhook's protections: what is absent says nothing of it. */
export type ProtectionProperties = Record<string, unknown>

const collect = (value: string, earlier: string[] | undefined) => [...(earlier ?? []), value]

/** Gives a command the options {@link readProtections} reads. */
export function withProtections(command: Command): Command {
	const guarded = command
		.addOption(
			new Option('--signature <scheme>', 'calls have to be signed as this sender does').choices([
				'github',
				'gitlab',
				'slack',
				'standardWebhooks',
				'grafana',
				'hmac',
			]),
		)
		.option('--secret-variable <name>', 'the encrypted variable that holds the secret; twice while the secret changes', collect)
		.option('--secret-credential <name>', 'the credential whose password is the secret', collect)
		.option('--signature-header <name>', 'the header of the signature, for grafana and hmac')
		.option('--timestamp-header <name>', 'the header of the signed time, for grafana and hmac')
		.option('--entra-tenant <id>', 'calls need a token of Microsoft Entra ID, of this tenant')
		.option('--entra-audience <audience>', 'whom the tokens are for')
		.option('--entra-client <id>', 'the application that may call; repeatable', collect)
		.option('--allow-address <range>', 'whence it may be called, such as 192.0.2.0/24; repeatable', collect)
		.option('--rate <calls/duration>', 'so many calls in so long, such as 60/1m')
		.option('--body-max <bytes>', 'the longest body')
		.option('--body-identifies-delivery', 'the same body within a day makes no second job')
		.addOption(new Option('--mode <mode>', 'observe: what would be refused is logged and accepted').choices(['enforce', 'observe']))
	return withWaiting(guarded)
}

/** The protections that options ask for. Throws a UsageError. */
export function readProtections(options: ProtectionOptions): ProtectionProperties {
	const { allowAddress, rate, bodyMax, mode, bodyIdentifiesDelivery } = options
	const signature = readSignature(options)
	const entraId = readEntra(options)
	return {
		...(signature ? { signature } : {}),
		...(entraId ? { entraId } : {}),
		...(allowAddress ? { allowedAddresses: allowAddress } : {}),
		...(rate === undefined ? {} : { rateLimit: readRate(rate) }),
		...(bodyMax === undefined ? {} : { bodyBytesMax: readBytes(bodyMax) }),
		...(bodyIdentifiesDelivery ? { bodyIdentifiesDelivery } : {}),
		...(mode === undefined ? {} : { protectionMode: mode }),
		...readWaiting(options),
	}
}

function readSignature({ signature, secretVariable = [], secretCredential = [], signatureHeader, timestampHeader }: ProtectionOptions) {
	const secrets = [...secretVariable.map((variable) => ({ variable })), ...secretCredential.map((credential) => ({ credential }))]
	if (signature === undefined) {
		if (secrets.length > 0 || signatureHeader || timestampHeader) throw new UsageError('Give --signature with what it is checked by.')
		return undefined
	}
	if (secrets.length === 0)
		throw new UsageError(
			`--signature ${signature}: name where its secret is kept.`,
			"Keep it with 'runhook variable set <name> --encrypted', and give --secret-variable <name>.",
		)
	const headers = { ...(signatureHeader ? { header: signatureHeader } : {}), ...(timestampHeader ? { timestampHeader } : {}) }
	return { scheme: signature, secrets, ...headers }
}

function readEntra({ entraTenant, entraAudience, entraClient }: ProtectionOptions) {
	if (entraTenant === undefined && entraAudience === undefined && entraClient === undefined) return undefined
	if (entraTenant === undefined || entraAudience === undefined) throw new UsageError('--entra-tenant and --entra-audience go together.')
	return { tenantId: entraTenant, audience: entraAudience, ...(entraClient ? { clientIds: entraClient } : {}) }
}

function readRate(text: string): { calls: number; seconds: number } {
	const [, calls, duration] = /^(\d{1,9})\/(\w+)$/.exec(text) ?? []
	if (calls === undefined) throw new UsageError(`--rate ${text}: give calls and a duration, such as 60/1m.`)
	return { calls: Number(calls), seconds: readDuration(duration!, '--rate') }
}

function readBytes(text: string): number {
	if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--body-max ${text}: give a number of bytes.`)
	return Number(text)
}

/** A webhook's protections as the API shows them, a line each. How its jobs wait is told apart (waiting-options.ts). */
export function protectionTexts(properties: Record<string, unknown>): string[] {
	const { signature, entraId, allowedAddresses, rateLimit, bodyBytesMax, isTokenRequired, protectionMode, bodyIdentifiesDelivery } =
		properties as {
			signature?: { scheme: string; secrets: Record<string, string>[] } | null
			entraId?: { tenantId: string; audience: string } | null
			allowedAddresses?: string[] | null
			rateLimit?: { calls: number; seconds: number } | null
			bodyBytesMax?: number | null
			isTokenRequired?: boolean
			protectionMode?: string
			bodyIdentifiesDelivery?: boolean
		}
	return [
		...(isTokenRequired === false ? ['called by its name, without a token'] : []),
		...(signature ? [`signature ${signature.scheme}, secret in ${signature.secrets.map(secretText).join(' or ')}`] : []),
		...(entraId ? [`token of Entra ID, tenant ${entraId.tenantId}, for ${entraId.audience}`] : []),
		...(allowedAddresses ? [`from ${allowedAddresses.join(', ')}`] : []),
		...(rateLimit ? [`at most ${rateLimit.calls} calls in ${rateLimit.seconds} s`] : []),
		...(bodyBytesMax == null ? [] : [`body of at most ${bodyBytesMax} bytes`]),
		...(bodyIdentifiesDelivery ? ['the same body makes no second job'] : []),
		...(protectionMode === 'observe' ? ['observed only: nothing of this is refused'] : []),
	]
}

function secretText(secret: Record<string, string>): string {
	return Object.entries(secret)
		.map(([kind, name]) => `${kind} '${name}'`)
		.join()
}
