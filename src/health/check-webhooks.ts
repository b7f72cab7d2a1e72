import type { Clock } from '../clock.ts'
import {
	HEALTH_CHECK_TIME_MAX,
	HEALTH_LIST_INTERVAL,
	HEALTH_NAMES_MAX,
	MILLISECONDS_PER_DAY,
	WEBHOOK_EXPIRY_WARNING_TIME,
} from '../limits.ts'
import { expiryWarning } from '../webhooks/expiry-warnings.ts'
import { isEffectivelyEnabled, type Webhook } from '../webhooks/webhook.ts'
import type { WebhookStore } from '../webhooks/webhook-store.ts'
import { type Finding, type HealthCheck, up, warning } from './health-check.ts'

/** Which webhooks soon expire, or just have: their callers are told nothing before. One that is switched off is nobody's business. */
export function webhooksFinding(webhooks: Webhook[], now: number): Finding {
	const told = webhooks
		.filter((webhook) => isEffectivelyEnabled(webhook))
		// As the log warns, which spares those that are issued anew each month; a week is short for any.
		.filter((webhook) => Math.abs(webhook.expiryTime - now) <= WEBHOOK_EXPIRY_WARNING_TIME || expiryWarning(webhook, now) !== undefined)
		.sort((one, other) => one.expiryTime - other.expiryTime)
	if (told.length === 0) return up({ expiring: 0 })
	const texts = told.slice(0, HEALTH_NAMES_MAX).map(({ name, expiryTime }) => {
		const days = Math.floor(Math.abs(expiryTime - now) / MILLISECONDS_PER_DAY)
		return `'${name}' ${expiryTime > now ? `expires in ${days} d` : `expired ${days} d ago`}`
	})
	const more = told.length > texts.length ? `, and ${told.length - texts.length} more` : ''
	return warning(`Webhook ${texts.join(', ')}${more}.`, { expiring: told.length })
}

/** Whether webhooks are about to stop working. */
export function webhooksCheck(webhooks: Pick<WebhookStore, 'list'>, clock: Clock): HealthCheck {
	return {
		part: 'webhooks',
		interval: HEALTH_LIST_INTERVAL,
		timeMax: HEALTH_CHECK_TIME_MAX,
		look: async () => webhooksFinding(await webhooks.list(), clock.now()),
	}
}
