import type { DeliverySummary, Job, Page } from '../answers.ts'
import { ask, pathOf } from '../api.ts'
import { may, now } from '../session.ts'
import { clockText, durationText, timeText } from '../words.ts'
import { useLoaded } from './loaded.ts'
import { Told } from './told.tsx'

type Step = {
	name: string
	/** Milliseconds; undefined: not yet. */
	at: number | undefined
	note?: string
}

/** The whole way of a job: each step with its instant, how long it took to the next, and what it waited for. */
export function JobTimeline({ job }: { job: Job }) {
	const { jobId, webhook, status, waits } = job.properties
	const delivery = useLoaded(async () => (webhook && may('webhooks/deliveries/read') ? deliveryOf(webhook.name, jobId) : undefined), jobId)
	const steps = stepsOf(job, delivery.value)
	return (
		<>
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
							{at !== undefined && <StepTime at={at} isFirst={index === 0} />}
							{note && <span class="weak">{note}</span>}
							{at !== undefined && until !== undefined && until > at && <span class="took">{durationText(until - at)}</span>}
						</li>
					)
				})}
			</ol>
			{waits.length > 0 && (
				<ul class="waits" aria-label="What it waited for">
					{waits.map(({ seconds, reason }) => (
						<li key={reason}>
							<strong>{durationText(seconds * 1_000)}</strong> <Told text={reason} />
						</li>
					))}
				</ul>
			)}
		</>
	)
}

/** The day is told once. */
function StepTime({ at, isFirst }: { at: number; isFirst: boolean }) {
	const time = new Date(at)
	return (
		<time dateTime={time.toISOString()} title={timeText(time.toISOString())}>
			{isFirst ? timeText(time.toISOString()) : clockText(time)}
		</time>
	)
}

function stepsOf({ properties }: Job, delivery: DeliverySummary | undefined): Step[] {
	const { creationTime, queuedTime, claimTime, startTime, endTime, tryCount } = properties
	const read = (time: string | null) => (time === null ? undefined : Date.parse(time))
	const received = delivery && Date.parse(delivery.properties.time)
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
	const created = Math.max(Date.parse(creationTime), called[1]?.at ?? 0)
	const isQueuedAgain = queuedTime !== null && Date.parse(queuedTime) > Date.parse(creationTime)
	const isOver = endTime !== null
	return [
		...called,
		{ name: 'Queued', at: created },
		// Resumed, or given back by a runner that ended.
		...(isQueuedAgain ? [{ name: 'Queued again', at: Date.parse(queuedTime) }] : []),
		// One that was stopped before it was taken has neither.
		...(claimTime === null && isOver
			? []
			: [{ name: 'Claimed', at: read(claimTime), ...(tryCount > 1 ? { note: `try ${tryCount}` } : {}) }]),
		...(startTime === null && isOver ? [] : [{ name: 'Running', at: read(startTime) }]),
		{ name: 'Ended', at: read(endTime) },
	]
}

/** The call that made a job, where it is still kept. */
async function deliveryOf(webhook: string, jobId: string): Promise<DeliverySummary | undefined> {
	const { value } = await ask<Page<DeliverySummary>>(pathOf('webhooks', webhook, '/deliveries?$top=200'))
	return value.find(({ properties }) => properties.jobId === jobId && !properties.isRepeated)
}
