import { useState } from 'preact/hooks'
import type { Delivery, DeliverySummary, Page, Webhook } from '../answers.ts'
import { ask, pathOf } from '../api.ts'
import { href } from '../route.ts'
import { may } from '../session.ts'
import { durationText, prettyText } from '../words.ts'
import { Await, Essentials, Status, Time } from './basics.tsx'
import { Dialog } from './dialog.tsx'
import { Headers } from './job-input.tsx'
import { useLoaded } from './loaded.ts'
import { tell } from './notice.tsx'
import { Table } from './table.tsx'

const kinds = { call: 'Call', test: 'Test', replay: 'Replay' }

/** The latest calls of a webhook, with what became of each. */
export function Deliveries({ webhook: { name } }: { webhook: Webhook }) {
	const [shown, setShown] = useState<string>()
	const listed = useLoaded(() => ask<Page<DeliverySummary>>(pathOf('webhooks', name, '/deliveries?$top=200')), name, 3_000)
	const close = () => {
		setShown(undefined)
		listed.reload()
	}
	return (
		<>
			<Await of={listed}>
				{({ value }) => (
					<Table
						label="Deliveries"
						columns={[
							{
								title: 'Came',
								cell: ({ properties: { deliveryId, time } }) => (
									<button type="button" class="link" onClick={() => setShown(deliveryId)}>
										<Time of={time} />
									</button>
								),
							},
							{ title: 'Verdict', cell: ({ properties }) => <Verdict of={properties} /> },
							{ title: 'Kind', cell: ({ properties: { kind } }) => kinds[kind] },
							{ title: 'From', isNarrowHidden: true, cell: ({ properties: { sourceAddress } }) => sourceAddress ?? '-' },
							{ title: 'Took', isNumber: true, cell: ({ properties: { durationMilliseconds } }) => durationText(durationMilliseconds) },
							{ title: 'Job', cell: ({ properties: { jobId } }) => (jobId === null ? '-' : <a href={href('jobs', jobId)}>Show job</a>) },
						]}
						rows={value}
						keyOf={({ name: id }) => id}
						empty="It has not been called."
					/>
				)}
			</Await>
			{shown !== undefined && <DeliveryDialog key={shown} webhook={name} id={shown} onClose={close} />}
		</>
	)
}

function Verdict({ of: { status, code, isRepeated } }: { of: DeliverySummary['properties'] }) {
	return (
		<>
			<Status of={status < 400 ? 'Accepted' : 'Refused'} /> {status} {code} {isRepeated && 'repeated'}
		</>
	)
}

function DeliveryDialog({ webhook, id, onClose }: { webhook: string; id: string; onClose: () => void }) {
	const path = pathOf('webhooks', webhook, `/deliveries/${id}`)
	const loaded = useLoaded(() => ask<Delivery>(path), id)
	const replay = async () => {
		await ask(`${path}/replay`, { method: 'POST', body: {} })
		tell('The delivery is sent again: it has started another job.')
		onClose()
	}
	const mayReplay = may('webhooks/deliveries/replay/action')
	return (
		<Dialog title="Delivery" isWide onClose={onClose} {...(mayReplay ? { action: 'Send again', onAct: replay } : {})}>
			<Await of={loaded}>{({ properties }) => <DeliveryContent of={properties} />}</Await>
		</Dialog>
	)
}

function DeliveryContent({ of }: { of: Delivery['properties'] }) {
	return (
		<>
			<Essentials
				of={[
					['Verdict', <Verdict key="verdict" of={of} />],
					['Came', <Time key="time" of={of.time} />],
					['From', of.sourceAddress],
					['Delivery ID', <code key="id">{of.deliveryId}</code>],
				]}
			/>
			{of.reason && <p class="message">{of.reason}</p>}
			<Headers of={of.headers} />
			<h3>Body</h3>
			<pre class="text">{of.body === null ? '(not read)' : prettyText(of.body) || '(empty)'}</pre>
		</>
	)
}
