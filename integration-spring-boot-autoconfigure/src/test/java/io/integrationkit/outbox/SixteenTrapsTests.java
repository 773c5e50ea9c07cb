package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.testsupport.Trap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.core.type.MethodMetadata;
import org.springframework.core.type.classreading.SimpleMetadataReaderFactory;
import org.springframework.util.ClassUtils;

/** Each of the sixteen traps of an outbox has tests, and the page of guarantees names them. */
class SixteenTrapsTests {

    private static final Pattern ROW = Pattern.compile("(?m)^\\| (\\d+) \\|.*$");

    private static final Pattern NAMED_TEST = Pattern.compile("`(\\w+(?:Tests|Contract)\\.\\w+)`");

    @Test
    void eachHasATest() throws IOException {
        assertThat(annotated().keySet())
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 16).boxed().toList());
    }

    @Test
    void pageOfGuaranteesNamesTheTestsOfEach() throws IOException {
        Map<Integer, Set<String>> named = new TreeMap<>();
        String page = Files.readString(Path.of("..", "docs", "guarantees.md"));
        for (Matcher row = ROW.matcher(page); row.find(); ) {
            NAMED_TEST
                    .matcher(row.group())
                    .results()
                    .forEach((test) -> named.computeIfAbsent(Integer.valueOf(row.group(1)), (any) -> new TreeSet<>())
                            .add(test.group(1)));
        }
        assertThat(named).isEqualTo(annotated());
    }

    private static Map<Integer, Set<String>> annotated() throws IOException {
        Map<Integer, Set<String>> tests = new TreeMap<>();
        for (String kind : new String[] {"Tests", "Contract"}) {
            for (Resource file : new PathMatchingResourcePatternResolver()
                    .getResources("classpath*:io/integrationkit/**/*" + kind + ".class")) {
                add(new SimpleMetadataReaderFactory().getMetadataReader(file).getAnnotationMetadata(), tests);
            }
        }
        return tests;
    }

    private static void add(AnnotationMetadata type, Map<Integer, Set<String>> tests) {
        for (MethodMetadata method : type.getAnnotatedMethods(Trap.class.getName())) {
            Map<String, Object> attributes =
                    Objects.requireNonNull(method.getAnnotationAttributes(Trap.class.getName()));
            for (int number : (int[]) Objects.requireNonNull(attributes.get("value"))) {
                tests.computeIfAbsent(number, (any) -> new TreeSet<>())
                        .add(ClassUtils.getShortName(type.getClassName()) + "." + method.getMethodName());
            }
        }
    }
}
