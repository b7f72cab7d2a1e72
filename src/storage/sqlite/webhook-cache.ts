import type { Webhook } from '../../webhooks/webhook.ts'
import type { WebhookStore } from '../../webhooks/webhook-store.ts'

/**
 * Keeps the webhooks that are not deleted in memory: this runner is the only one that writes them, and every call looks one up.
 * Every change is written first and then read back.
 */
export async function cacheWebhooks(store: WebhookStore): Promise<WebhookStore> {
	const byTokenHash = new Map<string, Webhook>()
	const refresh = async () => {
		const webhooks = await store.list()
		byTokenHash.clear()
		for (const webhook of webhooks) byTokenHash.set(webhook.tokenHash, webhook)
	}
	const thenRefresh = async <Result>(written: Promise<Result>): Promise<Result> => {
		const result = await written
		await refresh()
		return result
	}
	await refresh()
	return {
		...store,
		findByTokenHash: async (tokenHash) => byTokenHash.get(tokenHash) ?? (await store.findByTokenHash(tokenHash)),
		create: (webhook, at) => thenRefresh(store.create(webhook, at)),
		update: (webhook, change, at) => thenRefresh(store.update(webhook, change, at)),
		delete: (webhook, at) => thenRefresh(store.delete(webhook, at)),
		replace: (webhookId, successor, times) => thenRefresh(store.replace(webhookId, successor, times)),
		markExpired: (webhookId, at) => thenRefresh(store.markExpired(webhookId, at)),
	}
}
