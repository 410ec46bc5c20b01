package dev.javelin.service;

import dev.javelin.engine.request.Tenant;
import dev.javelin.security.Refusal;
import dev.javelin.service.KeptCalls.Answer;
import dev.javelin.service.KeptCalls.Kept;
import dev.javelin.service.Problem.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/**
 * Asks again what was asked before: as it was sent, of what its alias stands for now. Defaults that
 * the request left to the decoding profile are those of now too.
 */
@Service
public final class Replays {
  /**
   * What came of it.
   *
   * @param id of the new request
   * @param of the request that was asked again
   * @param model the alias that was asked
   * @param same whether every answer has the text and the end that it had: to be expected of one
   *     version at temperature 0 or with a seed alone
   */
  public record Replay(
      String id, String of, String model, Answers before, Answers after, boolean same) {}

  /**
   * @param version of the model that answered
   */
  public record Answers(String version, List<Answer> answers) {}

  private final KeptCalls kept;
  private final RunningRequests requests;

  Replays(KeptCalls kept, RunningRequests requests) {
    this.kept = kept;
    this.requests = requests;
  }

  /**
   * The call to be made.
   *
   * @param of the request's id
   * @param id of the new one
   * @param origin who asks; the new call is theirs in quotas and audit
   * @param model the alias to ask; null: the same
   * @throws ProblemException NOT_FOUND, or CONFLICT while it runs or if its body was not kept
   * @throws Refusal if it is another's and the caller no administrator
   */
  public GenerationCall call(
      String of, String id, GenerationCall.Origin origin, @Nullable String model) {
    GenerationCall call = require(of).call();
    if (!KeptCalls.maySee(call, origin.caller())) {
      throw new Refusal(
          Refusal.Reason.ROLE_TOO_LOW,
          "the request '%s' is another's; only an administrator sees what was said in it"
              .formatted(of));
    }
    GenerationCall.Terms terms = call.terms();
    return new GenerationCall(
        id,
        origin,
        model == null ? call.model() : model,
        call.prompts(),
        call.n(),
        call.sampling(),
        call.scores(),
        call.beams(),
        new GenerationCall.Terms(
            new Tenant(origin.caller().tenant(), terms.tenant().weight()),
            terms.priority(),
            terms.cacheSalt(),
            terms.timeout()));
  }

  /**
   * What became of a call that was asked again and has ended.
   *
   * @throws ProblemException CONFLICT if either is not kept any more
   */
  public Replay compare(String of, String id) {
    Kept before = require(of);
    Kept after = require(id);
    return new Replay(
        id,
        of,
        after.call().model(),
        new Answers(before.version(), before.answers()),
        new Answers(after.version(), after.answers()),
        before.answers().equals(after.answers()));
  }

  private Kept require(String id) {
    Kept call = kept.find(id);
    if (call != null) {
      return call;
    }
    RunningRequests.View known = requests.find(id);
    if (known == null) {
      throw new ProblemException(
          Problem.of(Type.NOT_FOUND, "no request '%s' runs or ended lately".formatted(id))
              .said("request-gone", id));
    }
    throw new ProblemException(
        !kept.keeps()
            ? conflict("what was asked is kept only with javelin.audit.bodies=true")
                .said("bodies-not-kept")
            : known.finishedAt() == null
                ? conflict("the request '%s' still runs".formatted(id)).said("request-runs")
                : conflict("what the request '%s' asked is not kept any more".formatted(id))
                    .said("request-forgotten"));
  }

  private static Problem conflict(String detail) {
    return Problem.of(Type.CONFLICT, detail);
  }
}
