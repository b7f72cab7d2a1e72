import type { Clock } from '../../clock.ts'
import { isTokenless } from '../../webhooks/protections.ts'
import type { Webhook } from '../../webhooks/webhook.ts'
import type { WebhookStore } from '../../webhooks/webhook-store.ts'

/**
 * Keeps the webhooks whose URLs are valid in memory: this runner is the only one that writes them, and every call looks one up.
 * A change empties the memory first, and look-ups go to the store until it was filled again: what was switched off is never
 * taken for callable, also when the filling fails.
 */
export async function cacheWebhooks(store: WebhookStore, clock: Clock): Promise<WebhookStore> {
	const byTokenHash = new Map<string, Webhook>()
	const tokenless = new Map<string, Webhook>()
	let changes = 0
	const fill = async () => {
		const before = changes
		const webhooks = await store.listValid(clock.now())
		// What was read before another change says nothing of it.
		if (changes !== before) return
		for (const webhook of webhooks) {
			byTokenHash.set(webhook.tokenHash, webhook)
			if (isTokenless(webhook.protections) && webhook.deletedTime === null) tokenless.set(webhook.name.toLowerCase(), webhook)
		}
	}
	const changing = async <Result>(write: () => Promise<Result>): Promise<Result> => {
		changes++
		byTokenHash.clear()
		tokenless.clear()
		const result = await write()
		changes++
		await fill().catch(() => undefined)
		return result
	}
	await fill()
	return {
		...store,
		findByTokenHash: async (tokenHash) => byTokenHash.get(tokenHash) ?? (await store.findByTokenHash(tokenHash)),
		findTokenless: async (name) => tokenless.get(name.toLowerCase()) ?? (await store.findTokenless(name)),
		create: (webhook, at) => changing(() => store.create(webhook, at)),
		update: (webhook, change, at) => changing(() => store.update(webhook, change, at)),
		delete: (webhook, at) => changing(() => store.delete(webhook, at)),
		replace: (webhookId, successor, times) => changing(() => store.replace(webhookId, successor, times)),
		markExpired: (webhookId, at) => changing(() => store.markExpired(webhookId, at)),
	}
}
