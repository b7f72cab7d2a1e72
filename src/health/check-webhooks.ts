import type { Clock } from '../clock.ts'
import {
	HEALTH_CHECK_TIME_MAX,
	HEALTH_LIST_INTERVAL,
	HEALTH_NAMES_MAX,
	HEALTH_SIGNED_WEBHOOKS_MAX,
	MILLISECONDS_PER_DAY,
	WEBHOOK_EXPIRY_WARNING_TIME,
} from '../limits.ts'
import { expiryWarning } from '../webhooks/expiry-warnings.ts'
import { callability, isEffectivelyEnabled, type Webhook } from '../webhooks/webhook.ts'
import type { WebhookSecrets } from '../webhooks/webhook-secrets.ts'
import type { WebhookStore } from '../webhooks/webhook-store.ts'
import { type Finding, type HealthCheck, up, warning } from './health-check.ts'

/**
 * Which webhooks soon expire, or just have: their callers are told nothing before. And which let no call in, because a secret is not there
 * that they are signed with. One that is switched off is nobody's business.
 */
export function webhooksFinding(webhooks: Webhook[], now: number, faults: { name: string; fault: string }[] = []): Finding {
	const told = webhooks
		.filter((webhook) => isEffectivelyEnabled(webhook))
		// As the log warns, which spares those that are issued anew each month; a week is short for any.
		.filter((webhook) => Math.abs(webhook.expiryTime - now) <= WEBHOOK_EXPIRY_WARNING_TIME || expiryWarning(webhook, now) !== undefined)
		.sort((one, other) => one.expiryTime - other.expiryTime)
	if (told.length + faults.length === 0) return up({ expiring: 0, faulty: 0 })
	const expiring = told.map(({ name, expiryTime }) => {
		const days = Math.floor(Math.abs(expiryTime - now) / MILLISECONDS_PER_DAY)
		return `'${name}' ${expiryTime > now ? `expires in ${days} d` : `expired ${days} d ago`}`
	})
	const refusing = faults.map(({ name, fault }) => `'${name}' lets no call in: ${fault.replace(/\.$/, '')}`)
	const texts = [...refusing, ...expiring]
	const more = texts.length > HEALTH_NAMES_MAX ? `, and ${texts.length - HEALTH_NAMES_MAX} more` : ''
	const message = `Webhook ${texts.slice(0, HEALTH_NAMES_MAX).join(', ')}${more}.`
	return warning(message, { expiring: told.length, faulty: faults.length })
}

/** Whether webhooks are about to stop working, or do not. */
export function webhooksCheck(
	store: Pick<WebhookStore, 'list'>,
	{ secrets, clock }: { secrets: WebhookSecrets; clock: Clock },
): HealthCheck {
	return {
		part: 'webhooks',
		interval: HEALTH_LIST_INTERVAL,
		timeMax: HEALTH_CHECK_TIME_MAX,
		look: async () => {
			const webhooks = await store.list()
			const now = clock.now()
			const signed = webhooks.filter((webhook) => webhook.protections.signature && callability(webhook, now) === 'callable')
			const faults = await Promise.all(
				signed.slice(0, HEALTH_SIGNED_WEBHOOKS_MAX).map(async ({ name, protections }) => {
					const { texts, faults } = await secrets.of(protections.signature!)
					return texts.length === 0 ? [{ name, fault: faults.join(' ') }] : []
				}),
			)
			return webhooksFinding(webhooks, now, faults.flat())
		},
	}
}
