package dev.javelin.backend.cuda.driver;

import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.JCudaDriver;

/** Recorded work, launched with one call. */
public final class CudaGraph implements AutoCloseable {
  private final CUgraphExec executable;
  private final long nodes;

  private CudaGraph(CUgraphExec executable, long nodes) {
    this.executable = executable;
    this.nodes = nodes;
  }

  static CudaGraph instantiate(CUgraph graph, CudaStream stream) {
    try {
      long[] nodes = new long[1];
      Driver.check(JCudaDriver.cuGraphGetNodes(graph, null, nodes), "cuGraphGetNodes");
      CUgraphExec executable = new CUgraphExec();
      Driver.check(JCudaDriver.cuGraphInstantiate(executable, graph, 0), "cuGraphInstantiate");
      Driver.check(JCudaDriver.cuGraphUpload(executable, stream.handle), "cuGraphUpload");
      return new CudaGraph(executable, nodes[0]);
    } finally {
      JCudaDriver.cuGraphDestroy(graph);
    }
  }

  public long nodes() {
    return nodes;
  }

  public void launch(CudaStream stream) {
    Driver.check(JCudaDriver.cuGraphLaunch(executable, stream.handle), "cuGraphLaunch");
  }

  @Override
  public void close() {
    JCudaDriver.cuGraphExecDestroy(executable);
  }
}
