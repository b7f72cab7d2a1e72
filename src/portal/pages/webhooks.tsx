import type { Webhook, WebhookStatistics } from './answers.ts'
import { ask, query } from './api.ts'
import { Status, Time } from './parts/basics.tsx'
import { CreateWebhookDialog } from './parts/create-webhook.tsx'
import { expiringState } from './parts/expiring-state.ts'
import { ListPage } from './parts/list-page.tsx'
import { useLoaded } from './parts/loaded.ts'
import { Table } from './parts/table.tsx'
import { href } from './route.ts'
import { may } from './session.ts'
import { countText } from './words.ts'

/** All webhooks, and a way to one more. */
export function WebhooksPage() {
	return (
		<ListPage<Webhook>
			title="Webhooks"
			path="/webhooks"
			every={10_000}
			add={{ label: 'Add webhook', action: 'webhooks/write' }}
			dialog={(_webhook, close) => <CreateWebhookDialog onClose={close} />}
		>
			{(webhooks) => <WebhookTable webhooks={webhooks} />}
		</ListPage>
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
				{ title: 'Status', cell: (webhook) => <Status of={expiringState(webhook)} /> },
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
