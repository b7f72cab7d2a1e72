import type { DeliverySummary, Job, Page } from '../answers.ts'
import { ask, pathOf } from '../api.ts'
import { may, now } from '../session.ts'
import { durationText, timeText } from '../words.ts'
import { useLoaded } from './loaded.ts'

type Step = {
	name: string
	/** Milliseconds; undefined: not yet. */
	at: number | undefined
	note?: string
}

/** The whole way of a job: each step with its instant, and how long it took to the next. */
export function JobTimeline({ job }: { job: Job }) {
	const { jobId, webhook, status } = job.properties
	const delivery = useLoaded(async () => (webhook && may('webhooks/deliveries/read') ? deliveryOf(webhook.name, jobId) : undefined), jobId)
	const steps = stepsOf(job, delivery.value)
	return (
		<ol class="timeline" aria-label="The way of the job">
			{steps.map(({ name, at, note }, index) => {
				const next = steps[index + 1]
				const isWaiting = at !== undefined && next !== undefined && next.at === undefined
				const until = next?.at ?? (isWaiting ? now() : undefined)
				return (
					<li
						key={name}
						class={`${at === undefined ? 'ahead' : ''} ${isWaiting ? 'current' : ''} ${name === 'Ended' ? status.toLowerCase() : ''}`}
					>
						<strong>{name === 'Ended' && at !== undefined ? status : name}</strong>
						{at !== undefined && <time dateTime={new Date(at).toISOString()}>{timeText(new Date(at).toISOString())}</time>}
						{note && <span class="weak">{note}</span>}
						{at !== undefined && until !== undefined && <span class="took">{durationText(until - at)}</span>}
					</li>
				)
			})}
		</ol>
	)
}

function stepsOf({ properties }: Job, delivery: DeliverySummary | undefined): Step[] {
	const { creationTime, startTime, endTime, status, statusDetails, lastStatusModifiedTime } = properties
	const read = (time: string | null) => (time === null ? undefined : Date.parse(time))
	const received = delivery && Date.parse(delivery.properties.time)
	const reason = status === 'New' && statusDetails !== 'None' ? statusDetails : undefined
	const called: Step[] = delivery
		? [
				{ name: 'Received', at: received, note: delivery.properties.sourceAddress ? `from ${delivery.properties.sourceAddress}` : '' },
				{
					name: 'Verified',
					at: received! + delivery.properties.durationMilliseconds,
					note: delivery.properties.reason ?? 'token and rules',
				},
			]
		: []
	return [
		...called,
		{ name: 'Queued', at: Math.max(Date.parse(creationTime), called[1]?.at ?? 0), ...(reason ? { note: reason } : {}) },
		...(status === 'Activating'
			? [{ name: 'Claimed', at: Date.parse(lastStatusModifiedTime), note: 'a worker makes a sandbox ready' }]
			: []),
		{ name: 'Running', at: read(startTime) },
		{ name: 'Ended', at: read(endTime) },
	]
}

/** The call that made a job, where it is still kept. */
async function deliveryOf(webhook: string, jobId: string): Promise<DeliverySummary | undefined> {
	const { value } = await ask<Page<DeliverySummary>>(pathOf('webhooks', webhook, '/deliveries?$top=200'))
	return value.find(({ properties }) => properties.jobId === jobId && !properties.isRepeated)
}
