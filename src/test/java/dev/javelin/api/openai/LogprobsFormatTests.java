package dev.javelin.api.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.engine.request.TokenLogprobs;
import dev.javelin.fake.FakeTokenizer;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** Of a tokenizer with one token a byte, so that é is two tokens. */
class LogprobsFormatTests {
  private final FakeTokenizer tokenizer = new FakeTokenizer();
  private final LogprobsFormat format = new LogprobsFormat(tokenizer, false);

  private static TokenLogprobs token(int id, float logprob, int... top) {
    float[] logprobs = new float[top.length];
    for (int i = 0; i < top.length; i++) {
      logprobs[i] = -0.5f * (i + 1);
    }
    return new TokenLogprobs(id, logprob, 2, top, logprobs);
  }

  @Test
  void chatHasTextAndBytesOfEveryToken() {
    assertThat(format.chat(List.of(token('h', -1.25f, 'a', 'h'), token(0xc3, -2f))).toString())
        .isEqualTo(
            """
            {"content":[\
            {"token":"h","logprob":-1.25,"bytes":[104],"top_logprobs":[\
            {"token":"a","logprob":-0.5,"bytes":[97]},\
            {"token":"h","logprob":-1.0,"bytes":[104]}]},\
            {"token":"\\\\xc3","logprob":-2.0,"bytes":[195],"top_logprobs":[]}],\
            "refusal":null}""");
  }

  @Test
  void completionsCountOffsetsInCharacters() {
    ObjectNode out = LogprobsFormat.emptyCompletion();
    TextOffsets offsets = new TextOffsets(tokenizer, true);
    format.addFirst(out, FakeTokenizer.EOS, offsets);
    format.addCompletion(out, List.of(token('h', -1f, 'a'), token(0xc3, -2f, 0xc3)), 5, offsets);
    format.addCompletion(
        out, List.of(token(0xa9, Float.NEGATIVE_INFINITY), token('!', -3f)), 5, offsets);
    assertThat(out.toString())
        .isEqualTo(
            """
            {"tokens":["bytes:\\\\x00","h","bytes:\\\\xc3","bytes:\\\\xa9","!"],\
            "token_logprobs":[null,-1.0,-2.0,-9999.0,-3.0],\
            "top_logprobs":[null,{"a":-0.5,"h":-1.0},{"bytes:\\\\xc3":-2.0},\
            {"bytes:\\\\xa9":-9999.0},{"!":-3.0}],\
            "text_offset":[0,0,1,1,2]}"""
                .replace("bytes:\\\\x00", "\\u0000"));
  }

  @Test
  void promptsAreScoredByTokenId() {
    assertThat(format.prompt(List.of(token('b', -1.5f, 'a', 'b', 'c')), 2).toString())
        .isEqualTo(
            """
            [null,{"98":{"logprob":-1.5,"rank":2,"decoded_token":"b"},\
            "97":{"logprob":-0.5,"rank":1,"decoded_token":"a"}}]""");
  }
}
