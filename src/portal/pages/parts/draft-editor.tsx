import { useEffect, useState } from 'preact/hooks'
import type { Runbook } from '../answers.ts'
import { ask, askText, pathOf } from '../api.ts'
import { may, session } from '../session.ts'
import { Await } from './basics.tsx'
import { useLoaded } from './loaded.ts'
import { tellOf } from './notice.tsx'
import { TestPane } from './test-pane.tsx'

/** Texts that are not saved, by who wrote them and runbook: whoever looks something up on another page finds theirs again. */
const unsaved = new Map<string, string>()

export function forgetUnsaved(): void {
	unsaved.clear()
}

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
	const key = `${session.value?.name}/${name}`
	const [text, setText] = useState(() => unsaved.get(key) ?? first)
	const [saved, setSaved] = useState(first)
	const hasDraft = properties.draft !== undefined
	const isChanged = text !== saved
	const change = (to: string) => {
		setText(to)
		if (to === saved) unsaved.delete(key)
		else unsaved.set(key, to)
	}
	useEffect(() => {
		if (!isChanged) return
		const holdBack = (event: BeforeUnloadEvent) => event.preventDefault()
		addEventListener('beforeunload', holdBack)
		return () => removeEventListener('beforeunload', holdBack)
	}, [isChanged])
	const save = async () => {
		await ask(pathOf('runbooks', name, '/draft/content'), { method: 'PUT', text })
		setSaved(text)
		unsaved.delete(key)
	}
	const act = async (done: string, doIt: () => Promise<unknown>) => {
		await tellOf(done, doIt)
		onChange()
	}
	const post = (path: string) => ask(pathOf('runbooks', name, path), { method: 'POST' })
	const discard = async () => {
		if (hasDraft) await post('/draft/undoEdit')
		change(saved)
	}
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
					<button type="button" disabled={!hasDraft && !isChanged} onClick={() => act('The draft is thrown away.', discard)}>
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
				onInput={(event) => change(event.currentTarget.value)}
			/>
			{hasDraft && !isChanged && may('runbooks/draft/testJob/write') && <TestPane key={saved} name={name} />}
		</>
	)
}
