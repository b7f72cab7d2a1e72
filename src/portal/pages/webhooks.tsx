import { useState } from 'preact/hooks'
import type { Webhook, WebhookStatistics } from './answers.ts'
import { ask, askAll, query } from './api.ts'
import { Await, PageHead, Status, Time } from './parts/basics.tsx'
import { CreateWebhookDialog } from './parts/create-webhook.tsx'
import { useLoaded } from './parts/loaded.ts'
import { Table } from './parts/table.tsx'
import { href } from './route.ts'
import { may, now } from './session.ts'
import { countText } from './words.ts'

export function webhookState({ properties: { isEnabled, expiryTime } }: Webhook): string {
	if (Date.parse(expiryTime) <= now()) return 'Expired'
	return isEnabled ? 'Enabled' : 'Disabled'
}

/** All webhooks, and a way to one more. */
export function WebhooksPage() {
	const [isOpen, setOpen] = useState(false)
	const listed = useLoaded(() => askAll<Webhook>('/webhooks'), '', 10_000)
	const close = () => {
		setOpen(false)
		listed.reload()
	}
	return (
		<>
			<PageHead title="Webhooks">
				{may('webhooks/write') && (
					<button type="button" class="primary" onClick={() => setOpen(true)}>
						Add webhook
					</button>
				)}
			</PageHead>
			{isOpen && <CreateWebhookDialog onClose={close} />}
			<section class="card">
				<Await of={listed}>{(webhooks) => <WebhookTable webhooks={webhooks} />}</Await>
			</section>
		</>
	)
}

/** Days whose calls are counted, today the last. */
const COUNTED_DAYS = 7

/** What became of the calls of each webhook in the last days. */
export async function callCounts(): Promise<Map<string, WebhookStatistics>> {
	if (!may('statistics/read')) return new Map()
	const { value } = await ask<{ value: WebhookStatistics[] }>(`/statistics/webhooks${query({ count: COUNTED_DAYS })}`)
	return new Map(value.map((each) => [each.name, each]))
}

function WebhookTable({ webhooks }: { webhooks: Webhook[] }) {
	const counts = useLoaded(callCounts, '', 10_000)
	const countOf = (name: string, kind: 'accepted' | 'refused') => {
		const count = counts.value?.get(name)?.[kind]
		return count === undefined ? '-' : countText(count)
	}
	return (
		<Table
			label="Webhooks"
			columns={[
				{ title: 'Name', cell: ({ name }) => <a href={href('webhooks', name)}>{name}</a> },
				{ title: 'Status', cell: (webhook) => <Status of={webhookState(webhook)} /> },
				{ title: 'Runbook', cell: ({ properties: { runbook } }) => <a href={href('runbooks', runbook.name)}>{runbook.name}</a> },
				{ title: 'Expires', cell: ({ properties: { expiryTime } }) => <Time of={expiryTime} /> },
				{
					title: 'Last triggered',
					cell: ({ properties: { lastInvokedTime, isUnused } }) => (
						<>
							<Time of={lastInvokedTime} none="Never" /> {isUnused && <Status of="Unused" />}
						</>
					),
				},
				{ title: 'Accepted in 7 days', isNumber: true, cell: ({ name }) => countOf(name, 'accepted') },
				{ title: 'Refused in 7 days', isNumber: true, cell: ({ name }) => countOf(name, 'refused') },
			]}
			rows={webhooks}
			keyOf={({ name }) => name}
			empty="There are no webhooks. Add one: a runbook then starts when its URL is called."
		/>
	)
}
