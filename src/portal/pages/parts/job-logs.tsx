import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { StreamRecord } from '../answers.ts'
import { askText, follow } from '../api.ts'
import { may } from '../session.ts'
import { clockText } from '../words.ts'
import { Field } from './basics.tsx'
import { newestRecords } from './newest-records.ts'
import { tellOf } from './notice.tsx'
import { saveText } from './save-text.ts'

const types = ['Output', 'Error', 'Warning', 'Verbose', 'Debug', 'Progress'] as const

type Progress = { activity?: string; status?: string; percentComplete?: number }
type Logs = { records: StreamRecord[]; dropped: number; isLive: boolean; isEnded: boolean; fault?: string }

/** The streams of a job, or of a test job, as they are written. */
function useStreams(path: string, onEnd: () => void): Logs {
	const [logs, setLogs] = useState<Logs>({ records: [], dropped: 0, isLive: false, isEnded: false })
	// It begins anew for another job alone.
	useEffect(() => {
		const gone = new AbortController()
		let waiting: StreamRecord[] = []
		let timer: ReturnType<typeof setTimeout> | undefined
		// Many records at once are drawn once.
		const flush = () => {
			timer = undefined
			const come = waiting
			waiting = []
			setLogs(({ records, dropped, ...rest }) => {
				const all = [...records, ...come]
				const kept = newestRecords(all)
				return { ...rest, records: kept, dropped: dropped + all.length - kept.length }
			})
		}
		const onEvent = ({ name, data }: { name: string; data: string }) => {
			if (name === 'stream') {
				waiting.push(JSON.parse(data))
				timer ??= setTimeout(flush, 50)
				return true
			}
			setLogs((before) => ({ ...before, isEnded: true }))
			onEnd()
			return false
		}
		const onState = (isLive: boolean) => setLogs((before) => ({ ...before, isLive }))
		void follow(`${path}/streams?follow=true`, { onEvent, onState, signal: gone.signal }).then(
			(refusal) => refusal && setLogs((before) => ({ ...before, isLive: false, fault: refusal.message })),
		)
		return () => {
			gone.abort()
			clearTimeout(timer)
		}
	}, [path])
	return logs
}

type Given = {
	/** Where the job is. */
	path: string
	/** Whether its output can be had as one text. */
	hasOutput?: boolean
	onEnd: () => void
}

export function JobLogs({ path, hasOutput, onEnd }: Given) {
	const { records, dropped, isLive, isEnded, fault } = useStreams(path, onEnd)
	const [type, setType] = useState('')
	const [text, setText] = useState('')
	const wanted = text.toLowerCase()
	const shown = records.filter(
		({ properties: { streamType, streamText } }) =>
			(type === '' ? streamType !== 'Progress' : streamType === type) && streamText.toLowerCase().includes(wanted),
	)
	const nothing = fault ? 'They cannot be read.' : isEnded ? 'It wrote nothing.' : 'It has written nothing yet.'
	const state = isEnded ? 'Ended' : isLive ? 'Live' : fault ? 'Not live' : 'Connecting…'
	const download = () => tellOf('The output is saved.', async () => saveText('output.txt', await askText(`${path}/output`)))
	return (
		<>
			<ProgressBar records={records} isEnded={isEnded} />
			<div class="filters">
				<Field label="Stream">
					{(attributes) => (
						<select {...attributes} value={type} onChange={(event) => setType(event.currentTarget.value)}>
							<option value="">All logs</option>
							{types.map((each) => (
								<option key={each}>{each}</option>
							))}
						</select>
					)}
				</Field>
				<Field label="Search in the logs">
					{(attributes) => <input {...attributes} type="search" value={text} onInput={(event) => setText(event.currentTarget.value)} />}
				</Field>
				<p class="live weak" role="status">
					<span class={isLive && !isEnded ? 'dot on' : 'dot'} /> {state}
				</p>
				{hasOutput && may('jobs/output/read') && (
					<button type="button" onClick={download}>
						Download output
					</button>
				)}
			</div>
			{fault && <p class="message fault">{fault}</p>}
			{dropped > 0 && <p class="message">{dropped} earlier records are not shown here; the download has all of the output.</p>}
			<Lines records={shown} empty={records.length > 0 ? 'No record fits.' : nothing} />
		</>
	)
}

/** Stays at its end while somebody reads there. Nothing is read out by itself: thousands of records would drown all else. */
function Lines({ records, empty }: { records: StreamRecord[]; empty: string }) {
	const ref = useRef<HTMLDivElement>(null)
	const isAtEnd = useRef(true)
	// New records move the end.
	useLayoutEffect(() => {
		if (isAtEnd.current) ref.current!.scrollTop = ref.current!.scrollHeight
	}, [records])
	// The event may come when the page is gone.
	const scrolled = ({ currentTarget: { scrollTop, scrollHeight, clientHeight } }: { currentTarget: Element }) => {
		isAtEnd.current = scrollHeight - scrollTop - clientHeight < 40
	}
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
		<div ref={ref} class="log" role="log" aria-live="off" aria-label="Logs" tabIndex={0} onScroll={scrolled}>
			{records.length === 0 && <p class="weak">{empty}</p>}
			{records.map(({ properties: { jobStreamId, streamType, streamText, time } }) => (
				<div key={jobStreamId} class={`line ${streamType.toLowerCase()}`}>
					<time dateTime={time}>{clockText(new Date(time))}</time>
					<span class="kind">{streamType === 'Output' ? '' : streamType}</span>
					<span class="said">{streamText.replace(/\r?\n$/, '')}</span>
				</div>
			))}
		</div>
	)
}

function ProgressBar({ records, isEnded }: { records: StreamRecord[]; isEnded: boolean }) {
	const last = records.findLast(({ properties: { streamType } }) => streamType === 'Progress')
	if (!last) return null
	const { activity = 'Progress', status, percentComplete } = last.properties.value.value as Progress
	return (
		<div class="progress">
			<span id="progress-label">
				{activity}
				{status && `: ${status}`}
			</span>
			<progress
				aria-labelledby="progress-label"
				max={100}
				{...(percentComplete === undefined && !isEnded ? {} : { value: percentComplete ?? 100 })}
			/>
			{percentComplete !== undefined && <span>{Math.round(percentComplete)} %</span>}
		</div>
	)
}
