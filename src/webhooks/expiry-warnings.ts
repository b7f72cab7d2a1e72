import { type Clock, repeatedly } from '../clock.ts'
import { EXPIRY_CHECK_INTERVAL, EXPIRY_WARNING_DAYS, MILLISECONDS_PER_DAY } from '../limits.ts'
import type { Log } from '../log.ts'
import { callability, type Webhook } from './webhook.ts'
import type { WebhookStore } from './webhook-store.ts'

type Parts = { webhooks: Pick<WebhookStore, 'list' | 'noteExpiryWarning'>; clock: Clock; log: Log }

/** The last of the days before its expiry on which its operator is told that has come; undefined where none has since it was issued. */
export function expiryWarning(webhook: Webhook, now: number): number | undefined {
	if (callability(webhook, now) !== 'callable') return undefined
	const due = EXPIRY_WARNING_DAYS.filter((days) => {
		const time = webhook.expiryTime - days * MILLISECONDS_PER_DAY
		// Who issues it for three days knows that it will not last thirty.
		return time <= now && time > webhook.creationTime
	})
	return due.length > 0 ? Math.min(...due) : undefined
}

/** Tells in the log which webhooks expire soon, each of the days once, also over a restart; until it is disposed. */
export function warnBeforeExpiry({ webhooks, clock, log }: Parts): AsyncDisposable {
	const look = async (): Promise<void> => {
		const now = clock.now()
		for (const webhook of await webhooks.list()) {
			const days = expiryWarning(webhook, now)
			if (days === undefined || !(await webhooks.noteExpiryWarning(webhook.webhookId, days))) continue
			const { name: webhookName, origin, expiryTime } = webhook
			log.warn('A webhook expires soon: its URL will stop working', {
				webhookName,
				expiryTime: new Date(expiryTime).toISOString(),
				daysLeft: Math.ceil((expiryTime - now) / MILLISECONDS_PER_DAY),
				whatToDo:
					origin === 'file'
						? 'give its entry in webhooks.json a new name and a later expiryTime'
						: 'give it a new URL: runhook webhook replace',
			})
		}
	}
	const tryToLook = () => look().catch((error: Error) => log.warn('Webhooks could not be looked through', { reason: error.message }))
	return repeatedly(tryToLook, { clock, interval: EXPIRY_CHECK_INTERVAL, atOnce: true })
}
