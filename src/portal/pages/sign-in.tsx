import { useEffect, useState } from 'preact/hooks'
import { Field } from './parts/basics.tsx'
import { UNREACHABLE } from './root.ts'
import { askHowToSignIn, entraUrl, keepPlace, signedOutBecause, signIn } from './session.ts'

/** The door: a token goes in once and is kept in no page. */
export function SignIn() {
	const [fault, setFault] = useState<string>()
	const [isBusy, setBusy] = useState(false)
	document.title = 'Sign in - Runhook'
	// Tokens are taken without it, too.
	useEffect(() => void askHowToSignIn().catch(() => undefined), [])
	const submit = async (event: SubmitEvent) => {
		event.preventDefault()
		const field = (event.currentTarget as HTMLFormElement).elements.namedItem('token') as HTMLInputElement
		setBusy(true)
		const refusal = await signIn(field.value).catch(() => UNREACHABLE)
		setBusy(false)
		setFault(refusal)
		if (refusal !== undefined) field.select()
	}
	return (
		<main class="sign-in">
			<form class="card" onSubmit={submit}>
				<p class="product">Runhook</p>
				<h1>Sign in</h1>
				{signedOutBecause.value && (
					<p class="message" role="status">
						{signedOutBecause.value}
					</p>
				)}
				{entraUrl.value && (
					<>
						<a class="button" href={entraUrl.value} onClick={keepPlace}>
							Sign in with Microsoft
						</a>
						<p class="or">or with a token</p>
					</>
				)}
				<Field
					label="Token"
					isMandatory
					fault={fault}
					hint="The management token that was printed at the first start, an access token, or a token of Entra ID."
				>
					{(attributes) => <input {...attributes} name="token" type="password" autocomplete="current-password" spellcheck={false} />}
				</Field>
				<button type="submit" class="primary" disabled={isBusy}>
					Sign in
				</button>
				<details>
					<summary>Where do I get a token?</summary>
					<p>An owner makes one for you, with a role and an expiry:</p>
					<code>npx runhook token create ada --role Operator --expires 90d</code>
					<p>With Entra ID set up:</p>
					<code>az account get-access-token --resource &lt;application id URI&gt; --query accessToken -o tsv</code>
				</details>
			</form>
		</main>
	)
}
