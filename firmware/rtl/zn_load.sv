// LOAD: walks the lines of a command and deals them out to the ports in turn.
// Latency: done_o when the last line is in the memory. Stall rule: command by ready/valid, waits by wait_ok_i.
// Parameters: PORTS 1..4.
`default_nettype none
module zn_load #(
    parameter int PORTS = 1
) (
    input  wire                         clk_i,
    input  wire                         rst_i,
    input  wire                         cmd_valid_i,
    output wire                         cmd_ready_o,
    input  wire  [zn_pkg::CMD_BITS-1:0] cmd_i,
    input  wire                         wait_ok_i,    // registered
    output logic                        done_o,       // pulse: the command is complete
    output wire                         busy_o,
    // lines
    output logic [PORTS-1:0]            line_valid_o,
    input  wire  [PORTS-1:0]            line_ready_i,
    output logic [31:0]                 line_addr_o,
    output logic [12:0]                 line_words_o,
    output logic [15:0]                 line_row_o,
    input  wire  [PORTS-1:0]            line_done_i
);
  typedef enum logic [1:0] {IDLE, WAIT, SEND, DRAIN} state_t;
  state_t state_q;
  logic [31:0] row_addr_q, row_stride_q, block_stride_q;
  logic [15:0] row_base_q, act_row_stride_q, act_block_stride_q;
  logic [12:0] rows_left_q, blocks_left_q, blocks_q;
  logic [4:0]  open_q;    // lines under way: at most 4 per port
  logic [2:0]  finished;
  logic        second_q;
  wire _unused = &{1'b0, cmd_i};

  assign cmd_ready_o = state_q == WAIT && second_q && wait_ok_i;
  assign busy_o = state_q != IDLE;
  wire sent = state_q == SEND && (line_valid_o & line_ready_i) != '0;
  integer p;
  always_comb begin
    finished = '0;
    for (p = 0; p < PORTS; p++) finished = finished + 3'(line_done_i[p]);
  end

  always_ff @(posedge clk_i) begin
    done_o <= 1'b0;
    open_q <= open_q + 5'(sent) - 5'(finished);
    case (state_q)
      IDLE: if (cmd_valid_i) begin
        state_q  <= WAIT;
        second_q <= 1'b0;
      end
      WAIT: begin
        second_q <= 1'b1;
        if (cmd_ready_o) begin
          state_q            <= SEND;
          line_valid_o       <= PORTS'(1);
          line_addr_o        <= cmd_i[zn_pkg::F_LOAD_ADDRESS+:zn_pkg::W_LOAD_ADDRESS];
          row_addr_q         <= cmd_i[zn_pkg::F_LOAD_ADDRESS+:zn_pkg::W_LOAD_ADDRESS] +
                                cmd_i[zn_pkg::F_LOAD_ROW_STRIDE+:zn_pkg::W_LOAD_ROW_STRIDE];
          row_stride_q       <= cmd_i[zn_pkg::F_LOAD_ROW_STRIDE+:zn_pkg::W_LOAD_ROW_STRIDE];
          block_stride_q     <= cmd_i[zn_pkg::F_LOAD_BLOCK_STRIDE+:zn_pkg::W_LOAD_BLOCK_STRIDE];
          rows_left_q        <= cmd_i[zn_pkg::F_LOAD_ROWS+:13];
          line_words_o       <= cmd_i[zn_pkg::F_LOAD_COLS+:13];
          blocks_q           <= cmd_i[zn_pkg::F_LOAD_BLOCKS+:13];
          blocks_left_q      <= cmd_i[zn_pkg::F_LOAD_BLOCKS+:13];
          line_row_o         <= cmd_i[zn_pkg::F_LOAD_ACT_ADDRESS+:zn_pkg::W_LOAD_ACT_ADDRESS];
          row_base_q         <= cmd_i[zn_pkg::F_LOAD_ACT_ADDRESS+:zn_pkg::W_LOAD_ACT_ADDRESS] +
                                cmd_i[zn_pkg::F_LOAD_ACT_ROW_STRIDE+:zn_pkg::W_LOAD_ACT_ROW_STRIDE];
          act_row_stride_q   <= cmd_i[zn_pkg::F_LOAD_ACT_ROW_STRIDE+:zn_pkg::W_LOAD_ACT_ROW_STRIDE];
          act_block_stride_q <= cmd_i[zn_pkg::F_LOAD_ACT_BLOCK_STRIDE+:zn_pkg::W_LOAD_ACT_BLOCK_STRIDE];
        end
      end
      SEND: if (sent) begin
        // the valid bit rotates through the ports
        line_valid_o <= line_valid_o << 1 | line_valid_o >> (PORTS - 1);
        if (blocks_left_q != 13'd1) begin
          blocks_left_q <= blocks_left_q - 13'd1;
          line_addr_o   <= line_addr_o + block_stride_q;
          line_row_o    <= line_row_o + act_block_stride_q;
        end else begin
          blocks_left_q <= blocks_q;
          rows_left_q   <= rows_left_q - 13'd1;
          line_addr_o   <= row_addr_q;
          line_row_o    <= row_base_q;
          row_addr_q    <= row_addr_q + row_stride_q;
          row_base_q    <= row_base_q + act_row_stride_q;
          if (rows_left_q == 13'd1) begin
            line_valid_o <= '0;
            state_q      <= DRAIN;
          end
        end
      end
      DRAIN: if (open_q == '0) begin
        state_q <= IDLE;
        done_o  <= 1'b1;
      end
      default: state_q <= IDLE;
    endcase
    if (rst_i) begin
      state_q      <= IDLE;
      open_q       <= '0;
      line_valid_o <= '0;
      done_o       <= 1'b0;
    end
  end
endmodule
`default_nettype wire
