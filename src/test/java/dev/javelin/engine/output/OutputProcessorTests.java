package dev.javelin.engine.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.fake.AsciiTokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OutputProcessorTests {
  @Test
  void aDyingThreadIsReportedAndCanStillTellTheOthers() throws Exception {
    List<GenerationEvent> heard = new ArrayList<>();
    RequestOutput first = output("first", heard);
    RequestOutput second = output("second", heard);
    CompletableFuture<Thread> died = new CompletableFuture<>();
    CompletableFuture<OutputProcessor> self = new CompletableFuture<>();
    OutputProcessor outputs =
        new OutputProcessor(
            new AsciiTokenizer(),
            (ending, last) -> {},
            ended -> {
              if (ended == first) {
                throw new IllegalStateException("broken on purpose");
              }
            },
            (thread, cause) -> {
              self.join()
                  .tellNow(
                      List.of(new OutputItem.Failure(second, ErrorCode.ENGINE_FAILED, "died")));
              died.complete(thread);
            });
    self.complete(outputs);
    outputs.post(List.of(new OutputItem.Finish(first, FinishReason.STOP)));
    assertThat(died.get(30, TimeUnit.SECONDS).getName()).isEqualTo("javelin-output");
    assertThat(heard).hasSize(2);
    assertThat(heard.getLast())
        .isEqualTo(new GenerationEvent.Failed(ErrorCode.ENGINE_FAILED, "died"));
    outputs.close();
  }

  private static RequestOutput output(String id, List<GenerationEvent> heard) {
    return new RequestOutput(
        new GenerationRequest(id, new int[] {1}, SamplingParams.DEFAULT, Long.MAX_VALUE),
        heard::add,
        () -> {});
  }
}
