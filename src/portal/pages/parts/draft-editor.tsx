import { useState } from 'preact/hooks'
import type { Runbook } from '../answers.ts'
import { ask, askText, pathOf } from '../api.ts'
import { may } from '../session.ts'
import { Await } from './basics.tsx'
import { useLoaded } from './loaded.ts'
import { tellOf } from './notice.tsx'
import { TestPane } from './test-pane.tsx'

type Given = { runbook: Runbook; onChange: () => void }

/** The draft beside the published runbook: edited, tried out, then published or thrown away. */
export function DraftEditor({ runbook, onChange }: Given) {
	const { name, properties } = runbook
	const hasDraft = properties.draft !== undefined
	const from = hasDraft ? '/draft/content' : '/content'
	const loaded = useLoaded(() => askText(pathOf('runbooks', name, from)), `${name}${hasDraft}`)
	return <Await of={loaded}>{(text) => <Editor key={`${hasDraft}`} runbook={runbook} text={text} onChange={onChange} />}</Await>
}

function Editor({ runbook: { name, properties }, text: first, onChange }: Given & { text: string }) {
	const [text, setText] = useState(first)
	const [saved, setSaved] = useState(first)
	const hasDraft = properties.draft !== undefined
	const isChanged = text !== saved
	const save = async () => {
		await ask(pathOf('runbooks', name, '/draft/content'), { method: 'PUT', text })
		setSaved(text)
	}
	const act = async (done: string, doIt: () => Promise<unknown>) => {
		await tellOf(done, doIt)
		onChange()
	}
	const post = (path: string) => ask(pathOf('runbooks', name, path), { method: 'POST' })
	return (
		<>
			<div class="filters">
				<button type="button" class="primary" disabled={!isChanged} onClick={() => act('The draft is saved.', save)}>
					Save draft
				</button>
				{may('runbooks/publish/action') && (
					<button
						type="button"
						disabled={!hasDraft || isChanged}
						onClick={() => act('It is published: the next job runs it.', () => post('/publish'))}
					>
						Publish
					</button>
				)}
				{may('runbooks/draft/undoEdit/action') && (
					<button type="button" disabled={!hasDraft} onClick={() => act('The draft is thrown away.', () => post('/draft/undoEdit'))}>
						Discard draft
					</button>
				)}
				<span class="weak">{isChanged ? 'Not saved' : hasDraft ? 'This is the draft' : 'This is what is published'}</span>
			</div>
			<textarea
				class="editor"
				aria-label="Source of the draft"
				rows={24}
				spellcheck={false}
				value={text}
				onInput={(event) => setText(event.currentTarget.value)}
			/>
			{hasDraft && !isChanged && may('runbooks/draft/testJob/write') && <TestPane key={saved} name={name} />}
		</>
	)
}
