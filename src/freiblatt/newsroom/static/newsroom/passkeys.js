// Forms with data-passkey: asks the browser for a passkey ("get") or makes one ("create"), and sends what it answers.
// The options stand in the page as JSON, or, before anybody is known, are fetched from where the form leads.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));

const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
        .replace(/\+/g, "-")
        .replace(/\//g, "_")
        .replace(/=+$/, "");

const described = (list) => (list || []).map((item) => ({ ...item, id: bytes(item.id) }));

function optionsFor(kind, given) {
    const options = { ...given.publicKey, challenge: bytes(given.publicKey.challenge) };
    if (kind === "create") {
        options.user = { ...options.user, id: bytes(options.user.id) };
        options.excludeCredentials = described(options.excludeCredentials);
    } else {
        options.allowCredentials = described(options.allowCredentials);
    }
    return { publicKey: options };
}

function answerOf(credential) {
    const response = { clientDataJSON: text(credential.response.clientDataJSON) };
    for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
        if (credential.response[part]) {
            response[part] = text(credential.response[part]);
        }
    }
    if (credential.response.getTransports) {
        response.transports = credential.response.getTransports();
    }
    return {
        id: credential.id,
        rawId: text(credential.rawId),
        type: credential.type,
        authenticatorAttachment: credential.authenticatorAttachment,
        clientExtensionResults: credential.getClientExtensionResults(),
        response,
    };
}

async function given(form) {
    const there = form.querySelector("script[type='application/json']");
    if (there) {
        return JSON.parse(there.textContent);
    }
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) {
        throw new Error(`${answer.status}`);
    }
    return (await answer.json()).request_options;
}

function say(form, word) {
    const trouble = form.querySelector("[role='alert']");
    trouble.textContent = trouble.dataset[word];
    trouble.hidden = false;
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
    const start = form.querySelector("[data-passkey-start]");
    // Enter in the field for the name means the button.
    form.addEventListener("submit", (event) => {
        event.preventDefault();
        start?.click();
    });
    start?.addEventListener("click", async () => {
        if (!window.PublicKeyCredential) {
            say(form, "unknown");
            return;
        }
        try {
            const kind = form.dataset.passkey;
            const credential = await navigator.credentials[kind](optionsFor(kind, await given(form)));
            form.elements.credential.value = JSON.stringify(answerOf(credential));
            form.submit();
        } catch (error) {
            say(form, error.name === "InvalidStateError" ? "known" : "failed");
        }
    });
}
