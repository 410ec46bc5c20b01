package dev.javelin.tokenizer.template;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Executes statements, writing to the text under construction. */
final class Interpreter {
  private enum Flow {
    NORMAL,
    BREAK,
    CONTINUE
  }

  private final Evaluator evaluator;

  Interpreter(Evaluator evaluator) {
    this.evaluator = evaluator;
  }

  Str render(List<Stmt> statements, Scope scope) {
    StrBuilder out = new StrBuilder();
    run(statements, scope, out);
    evaluator.budget().allocate(out.length());
    return out.build();
  }

  private Flow run(List<Stmt> statements, Scope scope, StrBuilder out) {
    for (Stmt statement : statements) {
      evaluator.budget().step();
      evaluator.moveTo(statement.line());
      Flow flow = run(statement, scope, out);
      evaluator.budget().checkOutput(out.length());
      if (flow != Flow.NORMAL) {
        return flow;
      }
    }
    return Flow.NORMAL;
  }

  private Flow run(Stmt statement, Scope scope, StrBuilder out) {
    switch (statement) {
      case Stmt.Data data -> out.append(data.text());
      case Stmt.Print print -> out.append(PythonText.str(evaluator.evaluate(print.value(), scope)));
      case Stmt.If branch -> {
        boolean holds = evaluator.evaluate(branch.condition(), scope).truthy();
        return run(holds ? branch.then() : branch.otherwise(), scope, out);
      }
      case Stmt.For loop -> {
        return loop(loop, evaluator.evaluate(loop.iterable(), scope), scope, out);
      }
      case Stmt.Set set -> assign(set.target(), evaluator.evaluate(set.value(), scope), scope);
      case Stmt.SetBlock block -> {
        Str text = render(block.body(), new Scope(scope));
        assign(block.target(), filtered(text, block.filters(), scope), scope);
      }
      case Stmt.Macro macro ->
          scope.set(macro.name(), macro(macro.name(), macro.signature(), macro.body(), scope));
      case Stmt.CallBlock block -> callBlock(block, scope, out);
      case Stmt.FilterBlock block -> {
        Str text = render(block.body(), new Scope(scope));
        out.append(PythonText.str(filtered(text, block.filters(), scope)));
      }
      case Stmt.With with -> {
        Scope inner = new Scope(scope);
        for (int i = 0; i < with.targets().size(); i++) {
          assign(with.targets().get(i), evaluator.evaluate(with.values().get(i), scope), inner);
        }
        return run(with.body(), inner, out);
      }
      case Stmt.Scoped scoped -> {
        return run(scoped.body(), new Scope(scope), out);
      }
      case Stmt.Break stop -> {
        return Flow.BREAK;
      }
      case Stmt.Continue next -> {
        return Flow.CONTINUE;
      }
    }
    return Flow.NORMAL;
  }

  private Value filtered(Str text, List<Stmt.FilterStep> filters, Scope scope) {
    Value value = text;
    for (Stmt.FilterStep step : filters) {
      value = evaluator.filter(step.name(), value, evaluator.arguments(step.arguments(), scope));
    }
    return value;
  }

  private Flow loop(Stmt.For loop, Value iterable, Scope scope, StrBuilder out) {
    List<Value> items = Operators.iterate(iterable);
    if (loop.condition() != null) {
      List<Value> kept = new ArrayList<>();
      for (Value item : items) {
        Scope inner = new Scope(scope);
        assign(loop.target(), item, inner);
        if (evaluator.evaluate(loop.condition(), inner).truthy()) {
          kept.add(item);
        }
      }
      items = kept;
    }
    if (items.isEmpty()) {
      return run(loop.otherwise(), new Scope(scope), out);
    }
    LoopValue state = new LoopValue(items);
    for (int i = 0; i < items.size(); i++) {
      evaluator.budget().step();
      state.moveTo(i);
      Scope inner = new Scope(scope);
      assign(loop.target(), items.get(i), inner);
      inner.set("loop", state);
      if (run(loop.body(), inner, out) == Flow.BREAK) {
        break;
      }
    }
    return Flow.NORMAL;
  }

  private void assign(Stmt.Target target, Value value, Scope scope) {
    switch (target) {
      case Stmt.Target.Variable(String name) -> scope.set(name, value);
      case Stmt.Target.NamespaceAttribute(String name, String attribute) -> {
        if (!(scope.find(name) instanceof Namespace namespace)) {
          throw new EvaluationException(
              "'" + name + "' is no namespace, so its attribute cannot be set");
        }
        namespace.attributes.put(attribute, value);
      }
      case Stmt.Target.Unpack(List<Stmt.Target> targets) -> {
        List<Value> parts = Operators.iterate(value);
        if (parts.size() != targets.size()) {
          throw new EvaluationException(
              "cannot unpack " + parts.size() + " values into " + targets.size() + " variables");
        }
        for (int i = 0; i < parts.size(); i++) {
          assign(targets.get(i), parts.get(i), scope);
        }
      }
    }
  }

  private Callable macro(String name, Stmt.Signature signature, List<Stmt> body, Scope definedIn) {
    return new Callable(
        name,
        (ignored, arguments) -> {
          Scope scope = new Scope(definedIn);
          bind(name, signature, arguments, scope);
          evaluator.budget().enterMacro();
          Str text = render(body, scope);
          evaluator.budget().leaveMacro();
          return text;
        });
  }

  private void bind(String name, Stmt.Signature signature, Arguments arguments, Scope scope) {
    List<String> parameters = signature.parameters();
    int given = Math.min(arguments.positional().size(), parameters.size());
    int firstDefault = parameters.size() - signature.defaults().size();
    List<String> unused = new ArrayList<>(arguments.named().keySet());
    scope.set("varargs", ListValue.tuple(arguments.skip(given).positional()));
    for (int i = 0; i < parameters.size(); i++) {
      String parameter = parameters.get(i);
      @Nullable Value value = arguments.named().get(parameter);
      if (i < given) {
        value = arguments.positional().get(i);
      } else if (unused.remove(parameter)) {
        value = arguments.named().get(parameter);
      } else if (i >= firstDefault) {
        value = evaluator.evaluate(signature.defaults().get(i - firstDefault), scope);
      }
      scope.set(
          parameter,
          value == null
              ? new Value.Undefined("parameter '" + parameter + "' of " + name + "() was not given")
              : value);
    }
    Value caller = arguments.named().get("caller");
    if (unused.remove("caller") && caller != null) {
      scope.set("caller", caller);
    }
    if (!unused.isEmpty()) {
      throw new EvaluationException(name + "() has no argument '" + unused.getFirst() + "'");
    }
  }

  private void callBlock(Stmt.CallBlock block, Scope scope, StrBuilder out) {
    if (!(block.call() instanceof Expr.Call(Expr callee, Expr.ArgumentList list, int line))) {
      throw new EvaluationException("a call block needs a call");
    }
    Value function = evaluator.evaluate(callee, scope);
    Arguments arguments = evaluator.arguments(list, scope);
    evaluator.moveTo(line);
    arguments.named().put("caller", macro("caller", block.signature(), block.body(), scope));
    out.append(PythonText.str(evaluator.call(function, arguments)));
  }
}
