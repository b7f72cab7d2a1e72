import { useState } from 'preact/hooks'
import type { DeliverySummary, Page, Webhook } from './answers.ts'
import { ask, askAll, pathOf } from './api.ts'
import { Await, PageHead, Status, Time } from './parts/basics.tsx'
import { CreateWebhookDialog } from './parts/create-webhook.tsx'
import { useLoaded } from './parts/loaded.ts'
import { Table } from './parts/table.tsx'
import { href } from './route.ts'
import { may, now } from './session.ts'
import { countText } from './words.ts'

/** Deliveries of so many webhooks are counted: each is a request of its own. */
const COUNTED_MAX = 50

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

type Counts = Map<string, { accepted: number; refused: number }>

/** How many of the deliveries that are kept were accepted, and how many refused. */
async function countDeliveries(names: string[]): Promise<Counts> {
	const counted = names.slice(0, COUNTED_MAX).map(async (name) => {
		const { value } = await ask<Page<DeliverySummary>>(pathOf('webhooks', name, '/deliveries?$top=200'))
		const accepted = value.filter(({ properties: { status } }) => status < 400).length
		return [name, { accepted, refused: value.length - accepted }] as const
	})
	return new Map(await Promise.all(counted))
}

function WebhookTable({ webhooks }: { webhooks: Webhook[] }) {
	const names = webhooks.map(({ name }) => name)
	const mayCount = may('webhooks/deliveries/read')
	const counts = useLoaded(async () => (mayCount ? countDeliveries(names) : new Map()), names.join('/'), 30_000)
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
				{ title: 'Accepted', isNumber: true, cell: ({ name }) => countOf(name, 'accepted') },
				{ title: 'Refused', isNumber: true, cell: ({ name }) => countOf(name, 'refused') },
			]}
			rows={webhooks}
			keyOf={({ name }) => name}
			empty="There are no webhooks. Add one: a runbook then starts when its URL is called."
		/>
	)
}
