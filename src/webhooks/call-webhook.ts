import type { IncomingHttpHeaders } from 'node:http'
import { hashToken } from '../access/token.ts'
import { concurrencyKeyText } from '../jobs/concurrency-key.ts'
import type { JobStatus } from '../jobs/job-status.ts'
import { DELIVERY_KEY_TIME_MAX, WEBHOOK_BODY_BYTES_MAX } from '../limits.ts'
import type { Queue } from '../queue/queue.ts'
import type { DeliveryOutcome } from '../queue/queue-store.ts'
import { type Binding, bindParameters, webhookDataName } from '../runbooks/bind-parameters.ts'
import type { RunbookContent } from '../runbooks/runbook.ts'
import type { RunbookCatalog } from '../runbooks/runbook-catalog.ts'
import { newJob } from '../runbooks/start-runbook.ts'
import { addressRefusal, entraRefusal, type Guard, type ProtectionRefusal, rateRefusal, signatureRefusal } from './check-call.ts'
import { deliveryKey, type KeyOfDelivery } from './delivery-key.ts'
import { allowsOrigin, type ConsentRequest, validationCode } from './handshake.ts'
import { waitingOf } from './waiting-rules.ts'
import { callability, type Webhook } from './webhook.ts'
import { webhookData } from './webhook-data.ts'
import type { WebhookStore } from './webhook-store.ts'
import { tokenInQuery } from './webhook-token.ts'

/** What came of a call: a job, or which refusal. Reasons that the caller must not see stand in `detail`. */
export type CallOutcome =
	| Accepted
	/** Event Grid's question whether the address wants its events: answered with the code, no job. */
	| { kind: 'validated'; webhook: Webhook; validationCode: string }
	/** A CloudEvents sender's question whether it may send. */
	| { kind: 'consentAsked'; webhook: Webhook; asked: ConsentRequest; allowed: boolean }
	| { kind: 'invalidToken'; message: string }
	/** No webhook is called by this name. */
	| { kind: 'noSuchName' }
	| { kind: 'webhookNotFound'; webhook: Webhook }
	| { kind: 'runbookNotFound'; webhook: Webhook; detail: string }
	| { kind: 'expiredOrDisabled'; webhook: Webhook; detail: string }
	| { kind: 'invalidParameters'; webhook: Webhook; detail: string }
	| (ProtectionRefusal & { webhook: Webhook })
	| { kind: 'bodyIncomplete'; webhook: Webhook }
	| { kind: 'noRoom'; webhook: Webhook }
	/** The caller's own key for another body. */
	| { kind: 'keyReused'; webhook: Webhook; detail: string }
	| { kind: 'queueFull'; webhook: Webhook }
	/** As many jobs of its concurrency key wait or run as may run: answered with the newest of them, or refused. */
	| { kind: 'skipped'; webhook: Webhook; jobId: string; detail: string }
	| { kind: 'keyInUse'; webhook: Webhook; jobId: string; detail: string }

type Accepted = {
	kind: 'accepted'
	/** null where the call was only tried. */
	jobId: string | null
	webhook: Webhook
	/** Whether the job was made by the same delivery before. */
	isRepeated: boolean
	/** What would have been refused, were the webhook not in observe mode. */
	observed: ProtectionRefusal[]
	/** The jobs that it took the place of. */
	replaced?: string[]
}

/** What there is of a call once its webhook is known. */
export type DeliveredCall = {
	/** Names and values in turn, as they came. */
	rawHeaders: readonly string[]
	/** The same by name. */
	headers: IncomingHttpHeaders
	/** Where it came from; null where that cannot be told. */
	address: string | null
	/** What a CloudEvents sender asks with OPTIONS; such a call makes no job. */
	asked?: ConsentRequest | undefined
	/** Reads the body, so many bytes at the most; called only when all that needs no body has been decided. */
	readBody(bytesMax: number): Promise<Buffer | 'tooLarge' | 'incomplete' | 'noRoom'>
	now: number
	/** The trace that the call belongs to. */
	traceparent?: string | undefined
	/** A call of the operator's own. What is in `unchecked` cannot be told of it; `makesJob` false: only to see what would come of it. */
	trial?: { unchecked: readonly ('allowedAddresses' | 'entraId')[]; makesJob: boolean }
}

export type WebhookCall = DeliveredCall & {
	/** The request's path and query. */
	url: string
	/** The name in the path, where there is one: of a webhook that is called without a token. */
	name?: string | undefined
}

export type CallParts = {
	webhooks: WebhookStore
	runbooks: Pick<RunbookCatalog, 'find'>
	queue: Queue
	guard: Guard
	/** Told of jobs that a later call took the place of. */
	changed: (jobId: string, status: JobStatus) => void
}

/** The whole decision about a call of a webhook, in the order that callers can rely on. Throws a StoreUnavailableError. */
export async function callWebhook(parts: CallParts, call: WebhookCall): Promise<CallOutcome> {
	const { webhooks } = parts
	if (call.name !== undefined) {
		const named = await webhooks.findTokenless(call.name)
		return named ? deliverCall(parts, named, call) : { kind: 'noSuchName' }
	}
	const given = tokenInQuery(call.url)
	if (given.kind === 'invalid') return { kind: 'invalidToken', message: given.message }
	const webhook = await webhooks.findByTokenHash(hashToken(given.token))
	return webhook ? deliverCall(parts, webhook, call) : { kind: 'invalidToken', message: 'The token is not valid.' }
}

/** The decision about a call of a webhook that was found. Throws a StoreUnavailableError. */
export async function deliverCall(parts: CallParts, webhook: Webhook, call: DeliveredCall): Promise<CallOutcome> {
	const { webhooks, runbooks, guard } = parts
	const callable = callability(webhook, call.now)
	if (callable === 'deleted') return { kind: 'webhookNotFound', webhook }
	const runbook = await runbooks.find(webhook.runbookName)
	if (!runbook) return { kind: 'runbookNotFound', webhook, detail: 'There is no such runbook.' }
	if ('fault' in runbook) return { kind: 'runbookNotFound', webhook, detail: runbook.fault }
	if (callable === 'expired' && webhook.expiredTime === null) await webhooks.markExpired(webhook.webhookId, call.now)
	if (callable !== 'callable') return { kind: 'expiredOrDisabled', webhook, detail: callable }

	const observed: ProtectionRefusal[] = []
	/** Whether a refusal holds: in observe mode it is noted instead. */
	const holds = (refusal: ProtectionRefusal | undefined): refusal is ProtectionRefusal => {
		if (!refusal || webhook.protections.protectionMode !== 'observe') return refusal !== undefined
		observed.push(refusal)
		return false
	}
	const unchecked = call.trial?.unchecked ?? []
	const elsewhere = unchecked.includes('allowedAddresses') ? undefined : addressRefusal(webhook, call.address)
	if (holds(elsewhere)) return { ...elsewhere, webhook }
	if (call.asked)
		return { kind: 'consentAsked', webhook, asked: call.asked, allowed: allowsOrigin(webhook.allowedOrigins, call.asked.origin) }
	const binding = fixedParameters(webhook, runbook.content)
	if (binding.kind === 'refused') return { kind: 'invalidParameters', webhook, detail: binding.message }

	const bytesMax = webhook.protections.bodyBytesMax ?? WEBHOOK_BODY_BYTES_MAX
	const isObserved = webhook.protections.protectionMode === 'observe'
	const body = await call.readBody(isObserved ? WEBHOOK_BODY_BYTES_MAX : bytesMax)
	if (body === 'tooLarge')
		return { kind: 'bodyTooLarge', webhook, detail: `It has more than ${isObserved ? WEBHOOK_BODY_BYTES_MAX : bytesMax} bytes.` }
	if (body === 'incomplete') return { kind: 'bodyIncomplete', webhook }
	if (body === 'noRoom') return { kind: 'noRoom', webhook }
	if (body.length > bytesMax) observed.push({ kind: 'bodyTooLarge', detail: `It has more than ${bytesMax} bytes.` })

	const { signature, entraId, rateLimit } = webhook.protections
	const unsigned = signature ? await signatureRefusal(guard, webhook, { ...call, body }) : undefined
	if (holds(unsigned)) return { ...unsigned, webhook }
	const unknown = entraId && !unchecked.includes('entraId') ? await entraRefusal(guard, webhook, call.headers) : undefined
	if (holds(unknown)) return { ...unknown, webhook }
	const code = validationCode(body)
	if (code !== undefined) return { kind: 'validated', webhook, validationCode: code }
	if (call.trial?.makesJob === false) return { kind: 'accepted', jobId: null, webhook, isRepeated: false, observed }
	const tooMany = rateLimit ? await rateRefusal(guard, webhook, call.now) : undefined
	if (holds(tooMany)) return { ...tooMany, webhook }
	return makeJob(parts, { webhook, call, body, content: runbook.content, values: binding.values, observed })
}

type Passed = {
	webhook: Webhook
	call: DeliveredCall
	body: Buffer
	content: RunbookContent
	values: Record<string, unknown>
	observed: ProtectionRefusal[]
}

/** Makes the job of a call that may have one, unless the same delivery has made one before. */
async function makeJob(
	{ webhooks, queue, changed }: CallParts,
	{ webhook, call, body, content, values, observed }: Passed,
): Promise<CallOutcome> {
	const { now, traceparent } = call
	const receiver = webhookDataName(content.definition.parameters)
	const parameters = receiver ? { ...values, [receiver]: webhookData(webhook.name, call.rawHeaders, body) } : values
	const waiting = waitingOf(webhook, call.headers, body)
	const job = newJob({ content, parameters, webhook, startedBy: null, now, traceparent, waiting })
	const { bodyIdentifiesDelivery, signature } = webhook.protections
	const identified = { bodyIdentifies: bodyIdentifiesDelivery === true, isIdSigned: signature?.scheme === 'standardWebhooks' }
	const key = deliveryKey(call.headers, body, identified)
	const outcome = await queue.putDelivery(job, {
		key: key && { ...key, webhookId: webhook.webhookId, forgottenTime: now - DELIVERY_KEY_TIME_MAX },
		overflow: webhook.protections.overflow ?? 'queue',
	})
	switch (outcome.kind) {
		case 'queueFull':
			return { kind: 'queueFull', webhook }
		case 'repeated':
			return repeated(outcome, key!, { webhook, observed })
		case 'overflowed': {
			const detail = `Job ${outcome.jobId} of ${concurrencyKeyText(job.concurrencyKey!)} has not ended.`
			const kind = webhook.protections.overflow === 'skip' ? 'skipped' : 'keyInUse'
			return { kind, webhook, jobId: outcome.jobId, detail }
		}
		case 'accepted': {
			const { replaced } = outcome
			for (const jobId of replaced) changed(jobId, 'Stopped')
			webhooks.noteInvoked(webhook.webhookId, now)
			return { kind: 'accepted', jobId: job.jobId, webhook, isRepeated: false, observed, ...(replaced.length > 0 ? { replaced } : {}) }
		}
	}
}

function repeated(
	{ jobId, isSameBody }: Extract<DeliveryOutcome, { kind: 'repeated' }>,
	{ mustBeSame }: KeyOfDelivery,
	{ webhook, observed }: Pick<Passed, 'webhook' | 'observed'>,
): CallOutcome {
	if (mustBeSame && !isSameBody) return { kind: 'keyReused', webhook, detail: `Its key is that of job ${jobId}, which had another body.` }
	return { kind: 'accepted', jobId, webhook, isRepeated: true, observed }
}

const bindings = new WeakMap<Webhook, { content: RunbookContent; binding: Binding }>()

/** The webhook's values bound to the runbook as it stands; bound again only when one of the two changed. */
export function fixedParameters(webhook: Webhook, content: RunbookContent): Binding {
	const known = bindings.get(webhook)
	if (known?.content === content) return known.binding
	const binding = bindParameters(content, webhook.parameters, { fromWebhook: true })
	bindings.set(webhook, { content, binding })
	return binding
}
