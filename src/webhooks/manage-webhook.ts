import { isDeepStrictEqual } from 'node:util'
import { hashToken, newToken } from '../access/token.ts'
import { GENERATED_URI_TIME_MAX, WEBHOOK_VALIDITY_MAX } from '../limits.ts'
import { bindParameters } from '../runbooks/bind-parameters.ts'
import type { RunbookCatalog } from '../runbooks/runbook-catalog.ts'
import { tooLongText } from '../runbooks/start-by-request.ts'
import { changedProtections, isTokenless, type Protections, protectionsFault, protectionsOf } from './protections.ts'
import type { Webhook } from './webhook.ts'
import type { WebhookStore } from './webhook-store.ts'
import { namedUrl, tokenInQuery, webhookUrl } from './webhook-token.ts'

/** What a request asks for; what is absent asks for nothing. */
export type WebhookRequest = {
	name: string
	runbookName?: string | undefined
	/** NaN where the text was no time. */
	expiryTime?: number | undefined
	/** Empty counts as absent, as do empty parameters. */
	uri?: string | undefined
	parameters?: Record<string, string> | undefined
	isEnabled?: boolean | undefined
	description?: string | null | undefined
	allowedOrigins?: readonly string[] | undefined
	/** null takes one away. */
	protections?: { readonly [Name in keyof Protections]?: Protections[Name] | null | undefined } | undefined
	runOn?: string | undefined
}

export type Refusal = { kind: 'badRequest' | 'notFound' | 'conflict'; message: string }
/** `uri` is there where this answer is the one time that the address is shown; `overlapEndTime`: until when the one before is valid. */
export type WebhookOutcome = { kind: 'created' | 'kept'; webhook: Webhook; uri?: string; overlapEndTime?: number } | Refusal

type Parts = { webhooks: WebhookStore; runbooks: Pick<RunbookCatalog, 'find'>; publicUrl: string; now: number }

/** An address for a webhook to come. It is forgotten when no webhook was created with it within an hour. */
export async function generateUri({ webhooks, publicUrl, now }: Omit<Parts, 'runbooks'>): Promise<string> {
	const token = newToken()
	await webhooks.keepGenerated(hashToken(token), now)
	return webhookUrl(publicUrl, token)
}

/** Creates a webhook; of one that is there, changes what may be changed. */
export async function putWebhook(parts: Parts, request: WebhookRequest): Promise<WebhookOutcome> {
	const existing = await parts.webhooks.findByName(request.name)
	return existing ? changeWebhook(parts, existing, request) : createWebhook(parts, request)
}

/** Changes what may be changed of a webhook: whether it is enabled, its description, the origins it allows, and its protections. */
export async function patchWebhook(parts: Parts, request: WebhookRequest): Promise<WebhookOutcome> {
	const existing = await parts.webhooks.findByName(request.name)
	return existing ? changeWebhook(parts, existing, request) : noSuchWebhook(request.name)
}

export async function deleteWebhook({ webhooks, now }: Omit<Parts, 'runbooks' | 'publicUrl'>, name: string): Promise<Refusal | undefined> {
	const webhook = await webhooks.findByName(name)
	if (!webhook) return noSuchWebhook(name)
	if (webhook.origin === 'file') return declaredInFile(webhook)
	await webhooks.delete(webhook, now)
	return undefined
}

/**
 * Issues a successor with the same binding and a new address. The old address stays valid for the overlap, then is gone;
 * whoever disables or deletes the webhook ends both.
 */
export async function replaceWebhook(
	{ webhooks, publicUrl, now }: Omit<Parts, 'runbooks'>,
	{ name, expiryTime, overlapSeconds }: { name: string; expiryTime: number | undefined; overlapSeconds: number },
): Promise<WebhookOutcome> {
	const webhook = await webhooks.findByName(name)
	if (!webhook) return noSuchWebhook(name)
	if (webhook.origin === 'file') return declaredInFile(webhook)
	if (!isValidExpiry(expiryTime, now)) return { kind: 'badRequest', message: 'Invalid expiry time.' }
	const token = newToken()
	const successor = { tokenHash: hashToken(token), expiryTime }
	const until = now + overlapSeconds * 1_000
	const created = await webhooks.replace(webhook.webhookId, successor, { at: now, until })
	if (!created) return { kind: 'conflict', message: `Webhook '${name}' was changed by another request: look at it again.` }
	const overlapEndTime = Math.min(until, webhook.expiryTime)
	return { kind: 'created', webhook: created, uri: issuedUrl(publicUrl, created, token), overlapEndTime }
}

async function createWebhook(parts: Parts, request: WebhookRequest): Promise<WebhookOutcome> {
	const { webhooks, publicUrl, now } = parts
	const { name, runbookName, expiryTime, description = null, allowedOrigins = [], isEnabled = true, parameters = {} } = request
	if (!isValidExpiry(expiryTime, now)) return { kind: 'badRequest', message: 'Invalid expiry time.' }
	if (runbookName === undefined) return { kind: 'badRequest', message: 'properties.runbook.name is mandatory.' }
	if (request.runOn) return hybridWorkers
	const protections = protectionsOf(request.protections ?? {})
	const unprotected = protectionsFault(protections)
	if (unprotected !== undefined) return { kind: 'badRequest', message: `properties.${unprotected}.` }
	if (request.uri && isTokenless(protections))
		return { kind: 'badRequest', message: 'A webhook that is called without a token is given no uri: its address is made of its name.' }
	const refusal = await bindingRefusal(parts, runbookName, parameters)
	if (refusal) return refusal
	const token = request.uri ? await generatedToken(parts, request.uri) : newToken()
	if (token === undefined) return { kind: 'badRequest', message: 'Invalid uri.' }
	const created = await webhooks.create(
		{
			...{ name, runbookName, parameters, description, allowedOrigins, protections, expiryTime, isEnabled },
			tokenHash: hashToken(token),
			origin: 'api',
			isEnabledInFile: true,
		},
		now,
	)
	if (!created) {
		// Another request came first; the same one again changes nothing.
		const existing = await webhooks.findByName(name)
		return existing
			? changeWebhook(parts, existing, request)
			: { kind: 'conflict', message: `The uri of webhook '${name}' was taken by another request at the same time.` }
	}
	// An address that the caller brought is not repeated.
	return { kind: 'created', webhook: created, ...(request.uri ? {} : { uri: issuedUrl(publicUrl, created, token) }) }
}

/** The address that a webhook was issued. */
export function issuedUrl(publicUrl: string, { name, protections }: Webhook, token: string): string {
	return isTokenless(protections) ? namedUrl(publicUrl, name) : webhookUrl(publicUrl, token)
}

async function bindingRefusal({ runbooks }: Parts, runbookName: string, parameters: Record<string, string>): Promise<Refusal | undefined> {
	const runbook = await runbooks.find(runbookName)
	if (!runbook) return { kind: 'notFound', message: `There is no runbook '${runbookName.slice(0, 128)}'.` }
	if ('fault' in runbook) return { kind: 'badRequest', message: `Runbook '${runbook.name}' cannot be started: ${runbook.fault}` }
	const tooLong = tooLongText(parameters)
	if (tooLong !== undefined) return { kind: 'badRequest', message: tooLong }
	const binding = bindParameters(runbook.content, parameters, { fromWebhook: true })
	return binding.kind === 'bound' ? undefined : { kind: 'badRequest', message: binding.message }
}

/** The token of an address that this account generated within the last hour and that no webhook has yet. */
async function generatedToken({ webhooks, publicUrl, now }: Parts, uri: string): Promise<string | undefined> {
	const given = tokenInQuery(uri)
	if (given.kind === 'invalid' || webhookUrl(publicUrl, given.token) !== uri) return undefined
	return (await webhooks.isGenerated(hashToken(given.token), now - GENERATED_URI_TIME_MAX)) ? given.token : undefined
}

async function changeWebhook({ webhooks, now }: Parts, webhook: Webhook, request: WebhookRequest): Promise<WebhookOutcome> {
	if (request.runOn) return hybridWorkers
	const fixed = fixedMemberChanged(webhook, request)
	if (fixed !== undefined) return { kind: 'badRequest', message: fixed }
	const { isEnabled, description, allowedOrigins } = request
	const protections = changedProtections(webhook.protections, request.protections ?? {})
	const unprotected = protectionsFault(protections)
	if (unprotected !== undefined) return { kind: 'badRequest', message: `properties.${unprotected}.` }
	// The operator's own switch counts, whatever the file says: it must hold when the file changes.
	const switches = isEnabled !== undefined && isEnabled !== webhook.isEnabled
	if (isEnabled === true && !webhook.isEnabledInFile) return declaredInFile(webhook)
	const change = {
		...(switches ? { isEnabled } : {}),
		...(description === undefined || description === webhook.description ? {} : { description }),
		...(allowedOrigins === undefined || isDeepStrictEqual(allowedOrigins, webhook.allowedOrigins) ? {} : { allowedOrigins }),
		...(isDeepStrictEqual(protections, webhook.protections) ? {} : { protections }),
	}
	if (Object.keys(change).length === 0) return { kind: 'kept', webhook }
	if (webhook.origin === 'file' && ['description', 'allowedOrigins', 'protections'].some((member) => member in change))
		return declaredInFile(webhook)
	await webhooks.update(webhook, change, now)
	return { kind: 'kept', webhook: (await webhooks.findByName(webhook.name)) ?? webhook }
}

/** The refusal where a member that is fixed since the URL was issued is to be another; what is absent or equal changes nothing. */
function fixedMemberChanged(
	webhook: Webhook,
	{ expiryTime, parameters, runbookName, uri, protections = {} }: WebhookRequest,
): string | undefined {
	if (uri && !isUriOf(webhook, uri)) return "Property 'uri' cannot be updated."
	if (Number.isNaN(expiryTime)) return 'Invalid expiry time.'
	const changed: [string, boolean][] = [
		['expiryTime', expiryTime !== undefined && expiryTime !== webhook.expiryTime],
		['parameters', parameters !== undefined && Object.keys(parameters).length > 0 && !areEqual(parameters, webhook.parameters)],
		['runbook', runbookName !== undefined && runbookName.toLowerCase() !== webhook.runbookName.toLowerCase()],
	]
	const tokenIsFixed = isTokenless(changedProtections(webhook.protections, protections)) !== isTokenless(webhook.protections)
	if (tokenIsFixed) return "Property 'isTokenRequired' cannot be updated."
	const first = changed.find(([, isChanged]) => isChanged)
	return first && `Property '${first[0]}' cannot be updated. Use replace.`
}

/** Whether an address is the webhook's own: a client that repeats its request sends it again. */
function isUriOf({ tokenHash }: Webhook, uri: string): boolean {
	const given = tokenInQuery(uri)
	return given.kind === 'token' && hashToken(given.token) === tokenHash
}

/** Compared as they are on the wire: names without case, values as text. */
function areEqual(given: Record<string, string>, kept: Record<string, unknown>): boolean {
	const texts = (values: Record<string, unknown>) =>
		JSON.stringify(
			Object.entries(values)
				.map(([name, value]) => [name.toLowerCase(), typeof value === 'string' ? value : JSON.stringify(value)])
				.sort(([one], [other]) => (one! < other! ? -1 : 1)),
		)
	return texts(given) === texts(kept)
}

function isValidExpiry(expiryTime: number | undefined, now: number): expiryTime is number {
	return expiryTime !== undefined && expiryTime > now && expiryTime - now <= WEBHOOK_VALIDITY_MAX
}

const hybridWorkers: Refusal = { kind: 'badRequest', message: 'Hybrid worker groups are not supported.' }

function noSuchWebhook(name: string): Refusal {
	return { kind: 'notFound', message: `There is no webhook '${name}'.` }
}

function declaredInFile({ name }: Webhook): Refusal {
	return { kind: 'conflict', message: `Webhook '${name}' is declared in webhooks.json: change it there.` }
}
