// Start, end, stop. Whatever ends a list - its end, an error, an abort - takes the same way: the ports are halted, every
// outstanding burst runs to its end, everything behind the ports is reset, and only then the interrupt is raised.
// Latency: core_rst_o is up for 7 cycles, more than the longest pipeline behind it, and down two cycles before the next start:
// its copies follow a cycle later. Stall rule: none. Parameters: none.
`default_nettype none
module zn_control (
    input  wire         clk_i,
    input  wire         rst_i,
    // registers
    input  wire         start_i,
    input  wire         abort_i,
    input  wire         soft_reset_i,
    input  wire  [31:0] timeout_i,
    output logic        busy_o,
    output logic        draining_o,
    output logic        done_o,          // pulse: list ended
    output logic        failed_o,        // pulse: list stopped; code below
    output logic [3:0]  error_code_o,
    output logic [15:0] error_command_o,
    output logic [31:0] error_addr_o,
    // engines
    output logic        fetch_start_o,
    output logic        clear_o,         // start: counters and error registers
    output logic        halt_o,
    output logic        core_rst_o,
    input  wire         all_idle_i,      // list ended and nothing under way
    input  wire         ports_idle_i,    // no burst outstanding
    input  wire         progress_i,
    input  wire         error_i,         // an engine's error (registered)
    input  wire  [3:0]  error_code_i,
    input  wire  [15:0] error_command_i,
    input  wire  [31:0] error_addr_i,
    input  wire  [15:0] current_command_i
);
  typedef enum logic [2:0] {IDLE, RUN, STOP, RESET} state_t;
  state_t state_q;
  logic [4:0]  quiet_q;    // consecutive cycles in which everything was idle
  logic [2:0]  count_q;
  logic        ended_q, silent_q;
  logic [31:0] wait_q;
  logic        late_q, limited_q;

  always_ff @(posedge clk_i) begin
    fetch_start_o <= 1'b0;
    clear_o       <= 1'b0;
    done_o        <= 1'b0;
    failed_o      <= 1'b0;
    quiet_q       <= (state_q == RUN && all_idle_i) ? quiet_q + 5'd1 : '0;
    limited_q     <= timeout_i != '0;
    wait_q        <= (state_q == RUN && !progress_i) ? wait_q + 32'd1 : '0;
    late_q        <= limited_q && state_q == RUN && wait_q >= timeout_i;
    case (state_q)
      IDLE: begin
        count_q <= '0;
        if (soft_reset_i) begin
          state_q  <= STOP;
          silent_q <= 1'b1;
        end else if (start_i) begin
          state_q         <= RUN;
          fetch_start_o   <= 1'b1;
          clear_o         <= 1'b1;
          ended_q         <= 1'b0;
          silent_q        <= 1'b0;
          error_code_o    <= zn_pkg::ERR_NONE;
          error_command_o <= '0;
          error_addr_o    <= '0;
        end
      end
      RUN: begin
        count_q <= '0;
        if (soft_reset_i) begin
          state_q  <= STOP;
          silent_q <= 1'b1;
        end else if (error_i) begin
          state_q         <= STOP;
          error_code_o    <= error_code_i;
          error_command_o <= error_command_i;
          error_addr_o    <= error_addr_i;
        end else if (abort_i || late_q) begin
          state_q         <= STOP;
          error_code_o    <= abort_i ? zn_pkg::ERR_ABORTED : zn_pkg::ERR_TIMEOUT;
          error_command_o <= current_command_i;
        end else if (quiet_q[4]) begin
          state_q <= STOP;
          ended_q <= 1'b1;
        end
      end
      STOP: begin
        if (soft_reset_i) silent_q <= 1'b1;
        if (!ports_idle_i) count_q <= '0;
        else begin
          count_q <= count_q + 3'd1;
          if (count_q == 3'd7) state_q <= RESET;
        end
      end
      default: begin
        if (soft_reset_i) silent_q <= 1'b1;
        count_q <= count_q + 3'd1;
        if (count_q == 3'd7) begin
          state_q  <= IDLE;
          done_o   <= ended_q && !silent_q;
          failed_o <= !ended_q && !silent_q;
        end
      end
    endcase
    halt_o     <= state_q == STOP || state_q == RESET;
    core_rst_o <= state_q == RESET && count_q != 3'd7;
    busy_o     <= state_q != IDLE;
    draining_o <= state_q == STOP || state_q == RESET;
    if (rst_i) begin
      state_q         <= IDLE;
      core_rst_o      <= 1'b1;
      error_code_o    <= zn_pkg::ERR_NONE;
      error_command_o <= '0;
      error_addr_o    <= '0;
      busy_o          <= 1'b0;
      draining_o      <= 1'b0;
    end
  end
endmodule
`default_nettype wire
