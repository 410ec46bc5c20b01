const python = (value, indent) =>
  JSON.stringify(value, null, 4)
    .replace(/\btrue\b(?=[,\n\]}])/g, "True")
    .replace(/\bfalse\b(?=[,\n\]}])/g, "False")
    .replaceAll("\n", `\n${indent}`);

/** Fields that OpenAI's clients do not know by name go through their way for extras. */
const OPENAI = new Set([
  "model",
  "messages",
  "temperature",
  "top_p",
  "frequency_penalty",
  "presence_penalty",
  "max_tokens",
  "seed",
  "logprobs",
  "top_logprobs",
  "response_format",
]);

function curl(origin, request) {
  const body = JSON.stringify(request, null, 2).replaceAll("'", "'\\''");
  return `curl ${origin}/v1/chat/completions \\\n  -H 'Content-Type: application/json' \\\n  -d '${body}'`;
}

function pythonCode(origin, request) {
  const known = Object.entries(request).filter(([name]) => OPENAI.has(name));
  const extra = Object.fromEntries(Object.entries(request).filter(([name]) => !OPENAI.has(name)));
  const lines = known.map(([name, value]) => `    ${name}=${python(value, "    ")},`);
  if (Object.keys(extra).length > 0) lines.push(`    extra_body=${python(extra, "    ")},`);
  return `from openai import OpenAI

client = OpenAI(base_url="${origin}/v1", api_key="none")
answer = client.chat.completions.create(
${lines.join("\n")}
)
print(answer.choices[0].message.content)`;
}

function java(origin, request) {
  const body = JSON.stringify(request, null, 2).replaceAll("\\", "\\\\").replaceAll('"""', '\\"""');
  return `String body =
    """
${body.replace(/^/gm, "    ")}
    """;
HttpRequest request =
    HttpRequest.newBuilder(URI.create("${origin}/v1/chat/completions"))
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
String answer =
    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();`;
}

/** The request as a program: "curl", "python" or "java". */
export function snippet(language, origin, request) {
  return { curl, python: pythonCode, java }[language](origin, request);
}
