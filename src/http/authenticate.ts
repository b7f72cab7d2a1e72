import type { IncomingMessage } from 'node:http'
import type { Clock } from '../clock.ts'
import { isDeleted, type Webhook } from '../webhooks/webhook.ts'
import type { WebhookStore } from '../webhooks/webhook-store.ts'
import { hashToken } from '../webhooks/webhook-token.ts'

/** Who is calling: someone who manages this account, the holder of a webhook's token, or nobody known. */
export type Caller = { kind: 'manager' } | { kind: 'webhook'; webhook: Webhook } | { kind: 'nobody'; presented: boolean }

export type Authenticate = (request: IncomingMessage) => Promise<Caller>

/** Tells callers by their bearer token. Tokens are compared by their hashes, so that the time it takes says nothing of them. */
export function authenticateWith({
	managementTokenHash,
	webhooks,
	clock,
}: {
	managementTokenHash: () => string
	webhooks: WebhookStore
	clock: Clock
}): Authenticate {
	return async (request) => {
		const token = /^Bearer +([^\s]+) *$/i.exec(request.headers.authorization ?? '')?.[1]
		if (token === undefined) return { kind: 'nobody', presented: request.headers.authorization !== undefined }
		const tokenHash = hashToken(token)
		if (tokenHash === managementTokenHash()) return { kind: 'manager' }
		const webhook = await webhooks.findByTokenHash(tokenHash)
		return webhook && !isDeleted(webhook, clock.now()) ? { kind: 'webhook', webhook } : { kind: 'nobody', presented: true }
	}
}
