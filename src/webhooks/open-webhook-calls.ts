import type { AssetSource } from '../assets/asset-source.ts'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Guard } from './check-call.ts'
import { DeliveryLog } from './delivery-log.ts'
import type { DeliveryStore } from './delivery-store.ts'
import { EntraTokens } from './entra-token.ts'
import { warnBeforeExpiry } from './expiry-warnings.ts'
import type { RateStore } from './rate-store.ts'
import { WebhookSecrets } from './webhook-secrets.ts'
import type { WebhookStore } from './webhook-store.ts'

/** What calls of webhooks are guarded with, and where they are noted. */
export type WebhookCalls = { guard: Guard; deliveryLog: DeliveryLog }

type Parts = {
	webhooks: WebhookStore
	deliveries: DeliveryStore
	rates: RateStore
	source: Pick<AssetSource, 'variable' | 'credential' | 'missingText'>
	clock: Clock
	log: Log
}

/** Ready for calls; begins to tell which webhooks expire soon. Disposing writes the deliveries that wait. */
export function openWebhookCalls({ webhooks, deliveries, rates, source, clock, log }: Parts): WebhookCalls & AsyncDisposable {
	const deliveryLog = new DeliveryLog({ deliveries, clock, log })
	const warnings = warnBeforeExpiry({ webhooks, clock, log })
	return {
		guard: { secrets: new WebhookSecrets(source, clock), entra: new EntraTokens(clock), rates },
		deliveryLog,
		async [Symbol.asyncDispose]() {
			await warnings[Symbol.asyncDispose]()
			await deliveryLog[Symbol.asyncDispose]()
		},
	}
}
