package io.integrationkit.benchmarks.listener;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcTemplate;

/** What this process and those that serve its connections have spent; other work on the machine does not change it. */
record CpuTime(long application, long database) {

    private static final String SERVING = "SELECT pid FROM pg_stat_activity WHERE datname = ?";

    static CpuTime now(JdbcTemplate jdbc, String database) {
        List<Long> serving = jdbc.queryForList(SERVING, Long.class, database);
        long spent = serving.stream()
                .map(ProcessHandle::of)
                .flatMap(Optional::stream)
                .map((process) -> process.info().totalCpuDuration())
                .flatMap(Optional::stream)
                .mapToLong(Duration::toNanos)
                .sum();
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new CpuTime(system.getProcessCpuTime(), spent);
    }

    CpuTime since(CpuTime before) {
        return new CpuTime(this.application - before.application, this.database - before.database);
    }
}
