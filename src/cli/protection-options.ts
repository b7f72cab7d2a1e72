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
	signatureAlgorithm?: string
	signatureEncoding?: string
	signaturePrefix?: string
	signatureTolerance?: string
	entraTenant?: string
	entraAudience?: string
	entraClient?: string[]
	entraRole?: string[]
	entraAuthority?: string
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
		.addOption(new Option('--signature-algorithm <name>', 'for hmac').choices(['sha256', 'sha384', 'sha512']))
		.addOption(new Option('--signature-encoding <name>', 'for hmac').choices(['hex', 'base64']))
		.option('--signature-prefix <text>', 'what stands before the signature in its header, for hmac')
		.option('--signature-tolerance <duration>', "how far the signed time may be from the runner's, such as 5m")
		.option('--entra-tenant <id>', 'calls need a token of Microsoft Entra ID, of this tenant')
		.option('--entra-audience <audience>', 'whom the tokens are for')
		.option('--entra-client <id>', 'the application that may call; repeatable', collect)
		.option('--entra-role <role>', 'an application role of which the token has to have one; repeatable', collect)
		.option('--entra-authority <url>', 'of a sovereign cloud, such as https://login.microsoftonline.us')
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

function readSignature(options: ProtectionOptions) {
	const { signature, secretVariable = [], secretCredential = [], signatureTolerance } = options
	const secrets = [...secretVariable.map((variable) => ({ variable })), ...secretCredential.map((credential) => ({ credential }))]
	const details = given({
		header: options.signatureHeader,
		timestampHeader: options.timestampHeader,
		algorithm: options.signatureAlgorithm,
		encoding: options.signatureEncoding,
		prefix: options.signaturePrefix,
		toleranceSeconds: signatureTolerance === undefined ? undefined : readDuration(signatureTolerance, '--signature-tolerance'),
	})
	if (signature === undefined) {
		if (secrets.length > 0 || Object.keys(details).length > 0) throw new UsageError('Give --signature with what it is checked by.')
		return undefined
	}
	if (secrets.length === 0)
		throw new UsageError(
			`--signature ${signature}: name where its secret is kept.`,
			"Keep it with 'runhook variable set <name> --encrypted', and give --secret-variable <name>.",
		)
	return { scheme: signature, secrets, ...details }
}

function readEntra({ entraTenant, entraAudience, entraClient, entraRole, entraAuthority }: ProtectionOptions) {
	const details = given({ clientIds: entraClient, roles: entraRole, authority: entraAuthority })
	if (entraTenant === undefined && entraAudience === undefined && Object.keys(details).length === 0) return undefined
	if (entraTenant === undefined || entraAudience === undefined) throw new UsageError('--entra-tenant and --entra-audience go together.')
	return { tenantId: entraTenant, audience: entraAudience, ...details }
}

/** The members that have a value. */
function given(members: Record<string, unknown>): Record<string, unknown> {
	return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
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
	const { signature, entraId, allowedAddresses, rateLimit, bodyBytesMax, isTokenRequired, protectionMode, bodyIdentifiesDelivery, fault } =
		properties as {
			signature?: { scheme: string; secrets: Record<string, string>[] } | null
			entraId?: { tenantId: string; audience: string } | null
			allowedAddresses?: string[] | null
			rateLimit?: { calls: number; seconds: number } | null
			bodyBytesMax?: number | null
			isTokenRequired?: boolean
			protectionMode?: string
			bodyIdentifiesDelivery?: boolean
			fault?: string | null
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
		...(fault ? [`not to be checked now: ${fault}`] : []),
	]
}

function secretText(secret: Record<string, string>): string {
	return Object.entries(secret)
		.map(([kind, name]) => `${kind} '${name}'`)
		.join()
}
