import type { ComponentChildren } from 'preact'
import { useId, useState } from 'preact/hooks'
import { relativeText, timeText } from '../words.ts'
import type { Loaded } from './loaded.ts'

/** A status in a word, a colour and a sign: none of them alone. */
export function Status({ of }: { of: string }) {
	return <span class={`badge ${of.toLowerCase().replaceAll(' ', '-')}`}>{of}</span>
}

/** An instant as people say it, the exact one on hovering; or the other way round. */
export function Time({ of, none = '-', isExact }: { of: string | null | undefined; none?: string; isExact?: boolean }) {
	if (of == null) return <span class="weak">{none}</span>
	return (
		<time dateTime={of} title={isExact ? relativeText(of) : timeText(of)}>
			{isExact ? timeText(of) : relativeText(of)}
		</time>
	)
}

/** The head of a page: its title and what can be done there. */
export function PageHead({ title, kind, children }: { title: ComponentChildren; kind?: string; children?: ComponentChildren }) {
	return (
		<header class="page-head">
			<div>
				<h1 tabIndex={-1}>{title}</h1>
				{kind && <p class="weak">{kind}</p>}
			</div>
			{children && <div class="commands">{children}</div>}
		</header>
	)
}

/** What was loaded; or that it is on its way, or why it did not come. */
export function Await<Value>({ of, children }: { of: Loaded<Value>; children: (value: Value) => ComponentChildren }) {
	if (of.value !== undefined)
		return (
			<>
				{of.fault && <p class="message fault">{of.fault} What is shown may be old.</p>}
				{children(of.value)}
			</>
		)
	if (of.fault !== undefined)
		return (
			<p class="message fault" role="alert">
				{of.fault}{' '}
				<button type="button" class="link" onClick={of.reload}>
					Try again
				</button>
			</p>
		)
	return (
		<p class="weak loading" role="status">
			Loading…
		</p>
	)
}

/** A field with its label, what it is for, and what is wrong with it. */
export function Field({
	label,
	isMandatory,
	hint,
	fault,
	children,
}: {
	label: string
	isMandatory?: boolean
	hint?: string | undefined
	fault?: string | undefined
	children: (attributes: { id: string; 'aria-describedby': string; 'aria-invalid': boolean; required: boolean }) => ComponentChildren
}) {
	const id = useId()
	return (
		<div class="field">
			<label for={id} class={isMandatory ? 'mandatory' : ''}>
				{label}
			</label>
			{children({ id, 'aria-describedby': `${id}-about`, 'aria-invalid': Boolean(fault), required: Boolean(isMandatory) })}
			<p id={`${id}-about`} class={fault ? 'about fault' : 'about'} aria-live="polite">
				{fault ?? hint}
			</p>
		</div>
	)
}

/** A text to copy: a URL that is shown once, or a command. */
export function CopyField({ label, text, isLong }: { label: string; text: string; isLong?: boolean }) {
	const id = useId()
	const [isCopied, setCopied] = useState(false)
	const copy = async () => {
		const field = document.getElementById(id) as HTMLInputElement
		field.select()
		try {
			await navigator.clipboard.writeText(text)
			setCopied(true)
		} catch {
			// Over plain HTTP, or where it is forbidden, pages have no clipboard: the older way needs none. It stays selected where that fails, too.
			setCopied(document.execCommand('copy'))
		}
	}
	return (
		<div class="field">
			<label for={id}>{label}</label>
			<div class="copy">
				{isLong ? <textarea id={id} readOnly rows={3} value={text} /> : <input id={id} readOnly value={text} />}
				<button type="button" onClick={copy} aria-label={`${isCopied ? 'Copied' : 'Copy'} ${label}`}>
					{isCopied ? 'Copied' : 'Copy'}
				</button>
			</div>
		</div>
	)
}

/** Facts side by side, as the top of a page in the Azure portal. */
export function Essentials({ of }: { of: [string, ComponentChildren][] }) {
	return (
		<dl class="essentials">
			{of.map(([name, value]) => (
				<div key={name}>
					<dt>{name}</dt>
					<dd>{value ?? '-'}</dd>
				</div>
			))}
		</dl>
	)
}
