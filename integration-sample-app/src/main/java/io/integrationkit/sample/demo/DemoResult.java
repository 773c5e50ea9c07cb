package io.integrationkit.sample.demo;

import io.integrationkit.sample.downstream.Fault;
import java.util.Map;

/**
 * What came of a run.
 *
 * @param report its figures
 * @param verdict what was found wrong
 * @param faults which faults the downstream really met
 */
public record DemoResult(DemoReport report, Verdict verdict, Map<Fault, Integer> faults) {}
